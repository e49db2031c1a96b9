package dev.fairlead.gateway.dialect.json;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.fairlead.common.failure.Failure.InvalidRequest;
import dev.fairlead.common.failure.FailureException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Set;

/**
 * SHA-256 over the canonical form of a document: members sorted by name at every level, no
 * insignificant white space, string escapes resolved, numbers in one form. Two documents have the
 * same digest when, and only when, they mean the same.
 *
 * <p>In the spirit of RFC 8785, but numbers keep their exact decimal value, and names are sorted by
 * their length and then by their UTF-8 bytes: the order in which turns mostly come, so that most of
 * a body is hashed where it lies, without being looked at again. Refuses a name that occurs twice
 * in one object at any level, since parsers differ in which one they take. One use an instance.
 */
public final class CanonicalDigest {

  private static final int MOST_BUFFERED = 2048;
  private static final MessageDigest SHA_256 = sha256();
  private static final int SPARE = 128;
  private static final int FEW = 16;

  private final JsonTape tape;
  private final byte[] body;
  private final MessageDigest digest;
  private final byte[] buffer;
  private final int[] placeholders;
  private final byte[] utf8 = new byte[4];
  private int[] sorting = new int[FEW];
  private int sortingUsed;
  private int size;
  private int spanFrom;
  private int spanTo;
  private boolean muted;

  private CanonicalDigest(JsonTape tape, int[] placeholders) {
    this.tape = tape;
    this.body = tape.body();
    this.digest = fresh();
    this.buffer = new byte[Math.min(MOST_BUFFERED, body.length + SPARE)];
    this.placeholders = placeholders;
  }

  /**
   * The digest of an object.
   *
   * @param domain told apart in the digest: the name of the format
   * @param excluded top-level names that do not count
   * @param placeholders nodes, ascending, whose text does not count, only their place
   * @param suffix told apart after the object; empty means nothing
   */
  public static ByteString of(
      JsonTape tape,
      TopLevel members,
      String domain,
      Set<String> excluded,
      int[] placeholders,
      String suffix) {
    CanonicalDigest canonical = new CanonicalDigest(tape, placeholders);
    canonical.put(domain.getBytes(US_ASCII));
    canonical.put('\n');
    canonical.topLevel(members, excluded);
    canonical.put(suffix.getBytes(US_ASCII));
    return canonical.finish();
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** A copy of one that was never fed; asking for one by name costs more than a short digest. */
  private static MessageDigest fresh() {
    try {
      return (MessageDigest) SHA_256.clone();
    } catch (CloneNotSupportedException e) {
      return sha256();
    }
  }

  private void topLevel(TopLevel members, Set<String> excluded) {
    int from = reserved(members.count());
    int to = from;
    for (int i = 0; i < members.count(); i++) {
      if (excluded.contains(members.name(i))) {
        muted = true;
        value(members.value(i));
        muted = false;
      } else {
        sorting[to++] = members.key(i);
      }
    }
    members(from, to);
    sortingUsed = from;
  }

  private void value(int node) {
    if (tape.isCanonical(node)) {
      asItLies(node);
      return;
    }
    switch (tape.kind(node)) {
      case OBJECT -> object(node);
      case ARRAY -> array(node);
      case STRING -> string(node);
      case NUMBER -> number(node);
      case BOOLEAN, NULL -> put(tape.start(node), tape.end(node));
    }
  }

  /** All of it but the strings inside that are placeholders. */
  private void asItLies(int container) {
    int from = tape.start(container);
    int place = Arrays.binarySearch(placeholders, container);
    int next = tape.next(container);
    for (int i = place < 0 ? -place - 1 : place; i < placeholders.length; i++) {
      int node = placeholders[i];
      if (node >= next) {
        break;
      }
      if (tape.kind(node) == JsonTape.Kind.STRING) {
        put(from, tape.start(node));
        put('@');
        from = tape.end(node);
      }
    }
    put(from, tape.end(container));
  }

  private void object(int node) {
    int count = tape.count(node);
    int from = reserved(count);
    int key = tape.first(node);
    for (int i = from; i < from + count; i++) {
      sorting[i] = key;
      key = tape.next(key + 1);
    }
    members(from, from + count);
    sortingUsed = from;
  }

  /** Where there is room for so many keys; what is inside them comes behind. */
  private int reserved(int count) {
    int from = sortingUsed;
    sortingUsed = from + count;
    if (sortingUsed > sorting.length) {
      sorting = Arrays.copyOf(sorting, Math.max(sortingUsed, 2 * sorting.length));
    }
    return from;
  }

  private void members(int from, int to) {
    sort(from, to);
    put('{');
    for (int i = from; i < to; i++) {
      if (i > from) {
        put(',');
      }
      int key = sorting[i];
      string(key);
      put(':');
      value(key + 1);
    }
    put('}');
  }

  private void array(int node) {
    put('[');
    int element = tape.first(node);
    int count = tape.count(node);
    for (int i = 0; i < count; i++) {
      if (i > 0) {
        put(',');
      }
      value(element);
      element = tape.next(element);
    }
    put(']');
  }

  private void string(int node) {
    if (Arrays.binarySearch(placeholders, node) >= 0) {
      put('@');
    } else if (tape.isEscaped(node) && !tape.isEscapedOnlyAsNeeded(node)) {
      escaped(tape.start(node) + 1, tape.end(node) - 1);
    } else {
      put(tape.start(node), tape.end(node));
    }
  }

  /** Every character in the shortest way there is. */
  private void escaped(int from, int to) {
    put('"');
    int at = from;
    while (at < to) {
      int run = ByteRuns.backslash(body, at, to);
      put(at, run);
      at = run;
      if (at < to) {
        resolved(Escapes.codePoint(body, at));
        at += Escapes.length(body, at);
      }
    }
    put('"');
  }

  private void resolved(int character) {
    int letter = Escapes.letter(character);
    if (letter > 0) {
      put('\\');
      put(letter);
    } else if (character < 0x80) {
      put(character);
    } else {
      int length = Escapes.encode(character, utf8, 0);
      for (int i = 0; i < length; i++) {
        put(utf8[i]);
      }
    }
  }

  private void number(int node) {
    int start = tape.start(node);
    int end = tape.end(node);
    if (DecimalForm.isCanonical(body, start, end)) {
      put(start, end);
    } else {
      put(DecimalForm.of(body, start, end).canonical());
    }
  }

  private void sort(int from, int to) {
    if (to - from <= FEW) {
      insertionSort(from, to);
      return;
    }
    Integer[] boxed = new Integer[to - from];
    Arrays.setAll(boxed, i -> sorting[from + i]);
    Arrays.sort(boxed, this::compareNames);
    for (int i = from; i < to; i++) {
      sorting[i] = boxed[i - from];
      if (i > from && compareNames(sorting[i - 1], sorting[i]) == 0) {
        throw duplicate(Math.max(sorting[i - 1], sorting[i]));
      }
    }
  }

  private void insertionSort(int from, int to) {
    for (int i = from + 1; i < to; i++) {
      int key = sorting[i];
      int at = i;
      int order = 1;
      while (at > from && (order = compareNames(sorting[at - 1], key)) > 0) {
        sorting[at] = sorting[at - 1];
        at--;
      }
      if (order == 0) {
        throw duplicate(key);
      }
      sorting[at] = key;
    }
  }

  private int compareNames(int first, int second) {
    if (!tape.isEscaped(first) && !tape.isEscaped(second)) {
      return tape.compareNames(first, second);
    }
    byte[] name = name(first);
    byte[] other = name(second);
    return name.length == other.length
        ? Arrays.compareUnsigned(name, other)
        : name.length - other.length;
  }

  private byte[] name(int key) {
    return Escapes.resolve(body, tape.start(key) + 1, tape.end(key) - 1);
  }

  private FailureException duplicate(int key) {
    String path = tape.pathOf(key + 1);
    return new InvalidRequest(
            path + ": second member of that name (expected: each name once)",
            path,
            TopLevel.AMBIGUOUS_KEY)
        .asException();
  }

  private void put(int one) {
    if (muted) {
      return;
    }
    if (spanTo > spanFrom && spanTo < body.length && body[spanTo] == one) {
      spanTo++;
      return;
    }
    settle();
    if (size == buffer.length) {
      flush();
    }
    buffer[size++] = (byte) one;
  }

  private void put(byte[] bytes) {
    for (byte b : bytes) {
      put(b);
    }
  }

  private void put(int from, int to) {
    if (muted) {
      return;
    }
    if (spanTo == from) {
      spanTo = to;
      return;
    }
    settle();
    spanFrom = from;
    spanTo = to;
  }

  /** Takes the bytes of the body that have been put one behind another. */
  private void settle() {
    int length = spanTo - spanFrom;
    if (length > buffer.length - size) {
      flush();
    }
    if (length > buffer.length) {
      digest.update(body, spanFrom, length);
    } else {
      System.arraycopy(body, spanFrom, buffer, size, length);
      size += length;
    }
    spanFrom = spanTo;
  }

  private void flush() {
    digest.update(buffer, 0, size);
    size = 0;
  }

  private ByteString finish() {
    settle();
    flush();
    return UnsafeByteOperations.unsafeWrap(digest.digest());
  }
}
