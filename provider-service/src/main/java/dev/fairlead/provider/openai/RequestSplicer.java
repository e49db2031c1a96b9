package dev.fairlead.provider.openai;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import com.google.protobuf.ByteString;
import dev.fairlead.common.failure.Failure;
import dev.fairlead.v1.Dialect;
import dev.fairlead.v1.FieldSpan;
import dev.fairlead.v1.RawRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Turns the client's body into the vendor's by replacing, inserting and dropping top-level members
 * at their spans; every other byte stays as it was. One copy, no parsing beyond {@code
 * stream_options}. Stateless.
 */
final class RequestSplicer {

  private static final JsonFactory JSON = new JsonFactory();
  private static final byte[] TRUE = {'t', 'r', 'u', 'e'};
  private static final byte[] FALSE = {'f', 'a', 'l', 's', 'e'};
  private static final byte[] USAGE_ONLY =
      "{\"include_usage\":true}".getBytes(StandardCharsets.US_ASCII);

  private final ByteString body;
  private final List<FieldSpan> fields;
  private final List<Edit> edits = new ArrayList<>(6);
  private final List<byte[]> inserts = new ArrayList<>(4);

  private RequestSplicer(RawRequest request) {
    this.body = request.getBody();
    this.fields = request.getFieldsList();
  }

  /**
   * The body to send.
   *
   * @param maxOutputTokens bound that replaces a larger or missing one; 0 means none
   */
  static byte[] splice(
      RawRequest request, String upstream, boolean streamed, int maxOutputTokens, Quirks quirks) {
    RequestSplicer splicer = new RequestSplicer(request);
    splicer.checkSpans();
    splicer.put("model", quoted(upstream), true);
    splicer.drop("fairlead");
    if (request.getDialect() != Dialect.DIALECT_OPENAI_EMBEDDINGS) {
      splicer.stream(streamed, quirks);
      splicer.clamp(request.getDialect(), maxOutputTokens, quirks);
    }
    return splicer.apply();
  }

  private static byte[] quoted(String text) {
    byte[] inner = JsonStringEncoder.getInstance().quoteAsUTF8(text);
    byte[] quoted = new byte[inner.length + 2];
    quoted[0] = '"';
    System.arraycopy(inner, 0, quoted, 1, inner.length);
    quoted[inner.length + 1] = '"';
    return quoted;
  }

  private void stream(boolean streamed, Quirks quirks) {
    FieldSpan stream = find("stream");
    boolean asked = stream != null && body.byteAt(stream.getValueStart()) == 't';
    if (streamed) {
      if (!asked) {
        put("stream", TRUE, false);
      }
      if (quirks.streamUsage()) {
        FieldSpan options = find("stream_options");
        put("stream_options", options == null ? USAGE_ONLY : withUsage(options), false);
      }
    } else if (asked) {
      put("stream", FALSE, false);
      drop("stream_options");
    }
  }

  private void clamp(Dialect dialect, int bound, Quirks quirks) {
    if (bound <= 0) {
      return;
    }
    byte[] value = Integer.toString(bound).getBytes(StandardCharsets.US_ASCII);
    boolean present = false;
    for (String name : List.of("max_tokens", "max_completion_tokens")) {
      FieldSpan span = find(name);
      if (span != null && body.byteAt(span.getValueStart()) != 'n') {
        present = true;
        if (!atMost(span, bound)) {
          replace(span, value);
        }
      }
    }
    if (!present) {
      put(
          dialect == Dialect.DIALECT_OPENAI_CHAT ? quirks.maxTokensField() : "max_tokens",
          value,
          false);
    }
  }

  private boolean atMost(FieldSpan span, int bound) {
    int length = span.getValueEnd() - span.getValueStart();
    if (length > 10) {
      return false;
    }
    try {
      return Long.parseLong(text(span)) <= bound;
    } catch (NumberFormatException e) {
      return false;
    }
  }

  private String text(FieldSpan span) {
    return body.substring(span.getValueStart(), span.getValueEnd()).toStringUtf8();
  }

  /** The client's own options with {@code include_usage} set; what is not an object is replaced. */
  private byte[] withUsage(FieldSpan span) {
    byte[] json = body.substring(span.getValueStart(), span.getValueEnd()).toByteArray();
    ByteArrayOutputStream out = new ByteArrayOutputStream(json.length + 24);
    try (JsonParser parser = JSON.createParser(json);
        JsonGenerator generator = JSON.createGenerator(out)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        return USAGE_ONLY;
      }
      generator.writeStartObject();
      while (parser.nextToken() != JsonToken.END_OBJECT) {
        boolean usage = "include_usage".equals(parser.currentName());
        parser.nextToken();
        if (usage) {
          parser.skipChildren();
        } else {
          generator.writeFieldName(parser.currentName());
          generator.copyCurrentStructure(parser);
        }
      }
      generator.writeBooleanField("include_usage", true);
      generator.writeEndObject();
    } catch (IOException e) {
      throw Failure.InvalidRequest.of("stream_options", "stream_options: not valid JSON")
          .asException();
    }
    return out.toByteArray();
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

  private void drop(String name) {
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
   * Walks the members once, copying what is kept; the white space and commas around a dropped one
   * go with it.
   */
  private byte[] apply() {
    int extra = inserts.stream().mapToInt(insert -> insert.length + 1).sum();
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
      return length == bytes.length ? bytes : java.util.Arrays.copyOf(bytes, length);
    }
  }
}
