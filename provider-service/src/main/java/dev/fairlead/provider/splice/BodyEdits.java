package dev.fairlead.provider.splice;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import com.google.protobuf.ByteString;
import dev.fairlead.common.failure.Failure;
import dev.fairlead.v1.FieldSpan;
import dev.fairlead.v1.RawRequest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Edits of a client's body: top-level members are replaced, renamed, inserted and dropped at their
 * spans; every other byte stays as it was. One copy, no parsing. One use an instance.
 */
public final class BodyEdits {

  private final ByteString body;
  private final List<FieldSpan> fields;
  private final List<Edit> edits = new ArrayList<>(6);
  private final List<byte[]> inserts = new ArrayList<>(4);

  /** Edits of that request; spans that do not match its body are an invalid request. */
  public BodyEdits(RawRequest request) {
    this.body = request.getBody();
    this.fields = request.getFieldsList();
    checkSpans();
  }

  /** A JSON string. */
  public static byte[] quoted(String text) {
    byte[] inner = JsonStringEncoder.getInstance().quoteAsUTF8(text);
    byte[] quoted = new byte[inner.length + 2];
    quoted[0] = '"';
    System.arraycopy(inner, 0, quoted, 1, inner.length);
    quoted[inner.length + 1] = '"';
    return quoted;
  }

  /** The members' names in the order of the body. */
  public List<FieldSpan> fields() {
    return fields;
  }

  /** The member's value as JSON; null when there is none. */
  public @Nullable ByteString value(String name) {
    FieldSpan span = find(name);
    return span == null ? null : body.substring(span.getValueStart(), span.getValueEnd());
  }

  /** The first byte of the member's value, which tells its type; 0 when there is none. */
  public byte firstByte(String name) {
    FieldSpan span = find(name);
    return span == null ? 0 : body.byteAt(span.getValueStart());
  }

  /** Replaces the member's value, or inserts the member before all others. */
  public void putFirst(String name, byte[] value) {
    put(name, value, true);
  }

  /** Replaces the member's value, or inserts the member. */
  public void put(String name, byte[] value) {
    put(name, value, false);
  }

  /** Gives the member another name; nothing happens when there is none. */
  public void rename(String name, String newName) {
    ByteString value = value(name);
    if (value != null) {
      drop(name);
      put(newName, value.toByteArray(), false);
    }
  }

  /** Bounds an integer: a larger or missing one becomes {@code bound}. False when it is missing. */
  public boolean clamp(String name, int bound) {
    FieldSpan span = find(name);
    if (span == null || body.byteAt(span.getValueStart()) == 'n') {
      return false;
    }
    if (!atMost(span, bound)) {
      replace(span, Integer.toString(bound).getBytes(StandardCharsets.US_ASCII));
    }
    return true;
  }

  /** The member's value, or {@code bound} where that is above 0 and less; it must be there. */
  public byte[] bounded(String name, int bound) {
    FieldSpan span = Objects.requireNonNull(find(name), name);
    return bound <= 0 || atMost(span, bound)
        ? body.substring(span.getValueStart(), span.getValueEnd()).toByteArray()
        : Integer.toString(bound).getBytes(StandardCharsets.US_ASCII);
  }

  private boolean atMost(FieldSpan span, int bound) {
    if (span.getValueEnd() - span.getValueStart() > 10) {
      return false;
    }
    try {
      String text = body.substring(span.getValueStart(), span.getValueEnd()).toStringUtf8();
      return Long.parseLong(text) <= bound;
    } catch (NumberFormatException e) {
      return false;
    }
  }

  private void put(String name, byte[] value, boolean first) {
    FieldSpan span = find(name);
    if (span != null) {
      replace(span, value);
      return;
    }
    byte[] member = new byte[name.length() + 3 + value.length];
    member[0] = '"';
    System.arraycopy(name.getBytes(StandardCharsets.US_ASCII), 0, member, 1, name.length());
    member[name.length() + 1] = '"';
    member[name.length() + 2] = ':';
    System.arraycopy(value, 0, member, name.length() + 3, value.length);
    inserts.add(first ? 0 : inserts.size(), member);
  }

  private void replace(FieldSpan span, byte[] value) {
    edits.add(new Edit(span.getValueStart(), span.getValueEnd(), value));
  }

  /** Drops the member. */
  public void drop(String name) {
    for (int i = 0; i < fields.size(); i++) {
      if (fields.get(i).getName().equals(name)) {
        edits.add(new Edit(i, -1, null));
      }
    }
  }

  private @Nullable FieldSpan find(String name) {
    for (int i = 0; i < fields.size(); i++) {
      if (fields.get(i).getName().equals(name)) {
        return fields.get(i);
      }
    }
    return null;
  }

  /**
   * The edited body. Walks the members once, copying what is kept; the white space and commas
   * around a dropped one go with it.
   */
  public byte[] apply() {
    int extra = 0;
    for (byte[] insert : inserts) {
      extra += insert.length + 1;
    }
    for (Edit edit : edits) {
      extra += edit.value == null ? 0 : edit.value.length;
    }
    Output out = new Output(body, body.size() + extra);
    int firstKey = fields.isEmpty() ? body.size() - 1 : fields.getFirst().getKeyStart();
    out.copy(0, firstKey);
    boolean any = false;
    for (byte[] insert : inserts) {
      out.comma(any);
      out.write(insert);
      any = true;
    }
    int previousEnd = firstKey;
    boolean keptBefore = false;
    for (int i = 0; i < fields.size(); i++) {
      FieldSpan field = fields.get(i);
      if (!dropped(i)) {
        if (keptBefore) {
          out.copy(previousEnd, field.getKeyStart());
        } else {
          out.comma(any);
        }
        member(out, field);
        keptBefore = true;
        any = true;
      }
      previousEnd = field.getValueEnd();
    }
    out.copy(fields.isEmpty() ? firstKey : previousEnd, body.size());
    return out.toByteArray();
  }

  private void member(Output out, FieldSpan field) {
    out.copy(field.getKeyStart(), field.getValueStart());
    for (Edit edit : edits) {
      if (edit.value != null && edit.start == field.getValueStart()) {
        out.write(edit.value);
        return;
      }
    }
    out.copy(field.getValueStart(), field.getValueEnd());
  }

  private boolean dropped(int index) {
    for (Edit edit : edits) {
      if (edit.value == null && edit.start == index) {
        return true;
      }
    }
    return false;
  }

  private void checkSpans() {
    int last = 1;
    boolean valid = body.size() >= 2;
    for (FieldSpan field : fields) {
      valid &= field.getKeyStart() >= last && field.getValueStart() > field.getKeyStart();
      valid &= field.getValueEnd() > field.getValueStart() && field.getValueEnd() < body.size();
      last = field.getValueEnd();
    }
    if (fields.isEmpty()) {
      valid &= !body.substring(1).toStringUtf8().contains("\"");
    }
    if (!valid) {
      throw Failure.InvalidRequest.of("raw.fields", "raw.fields: spans do not match the body")
          .asException();
    }
  }

  /** With a value: replace these bytes. Without: drop the member of index {@code start}. */
  private record Edit(int start, int end, byte @Nullable [] value) {}

  /** A byte array that is filled from the body and from inserts. */
  private static final class Output {
    private final ByteString source;
    private final byte[] bytes;
    private int length;

    Output(ByteString source, int capacity) {
      this.source = source;
      this.bytes = new byte[capacity + 1];
    }

    void copy(int from, int to) {
      source.copyTo(bytes, from, length, to - from);
      length += to - from;
    }

    void write(byte[] value) {
      System.arraycopy(value, 0, bytes, length, value.length);
      length += value.length;
    }

    void comma(boolean needed) {
      if (needed) {
        bytes[length++] = ',';
      }
    }

    byte[] toByteArray() {
      return length == bytes.length ? bytes : Arrays.copyOf(bytes, length);
    }
  }
}
