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
 * <p>In the spirit of RFC 8785, but numbers keep their exact decimal value and names are sorted by
 * their UTF-8 bytes. Refuses a name that occurs twice in one object at any level, since parsers
 * differ in which one they take. One use an instance.
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
  private int size;
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
    int[] keys = new int[members.count()];
    int counting = 0;
    for (int i = 0; i < keys.length; i++) {
      if (excluded.contains(members.name(i))) {
        muted = true;
        value(members.value(i));
        muted = false;
      } else {
        keys[counting++] = members.key(i);
      }
    }
    sorted(keys, counting);
    members(keys, counting);
  }

  private void value(int node) {
    switch (tape.kind(node)) {
      case OBJECT -> object(node);
      case ARRAY -> array(node);
      case STRING -> string(node);
      case NUMBER -> number(node);
      case BOOLEAN, NULL -> put(tape.start(node), tape.end(node));
    }
  }

  private void object(int node) {
    int[] keys = new int[tape.count(node)];
    int key = tape.first(node);
    for (int i = 0; i < keys.length; i++) {
      keys[i] = key;
      key = tape.next(key + 1);
    }
    sorted(keys, keys.length);
    members(keys, keys.length);
  }

  private void members(int[] keys, int count) {
    put('{');
    for (int i = 0; i < count; i++) {
      string(keys[i]);
      put(':');
      value(keys[i] + 1);
      put(',');
    }
    put('}');
  }

  private void array(int node) {
    put('[');
    int element = tape.first(node);
    for (int left = tape.count(node); left > 0; left--) {
      value(element);
      put(',');
      element = tape.next(element);
    }
    put(']');
  }

  private void string(int node) {
    if (placeholders.length > 0 && Arrays.binarySearch(placeholders, node) >= 0) {
      put('@');
    } else if (tape.isEscaped(node)) {
      escaped(tape.start(node) + 1, tape.end(node) - 1);
    } else {
      put(tape.start(node), tape.end(node));
    }
  }

  /**
   * Keeps escaped only what would end or continue a string, so that the form without escapes is the
   * same.
   */
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
    if (character == '"' || character == '\\') {
      put('\\');
    }
    if (character < 0x80) {
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
    if (isCanonical(start, end)) {
      put(start, end);
    } else {
      put(DecimalForm.of(body, start, end).canonical());
    }
  }

  /** Integers of ordinary length other than -0. */
  private boolean isCanonical(int start, int end) {
    if (end - start > DecimalForm.SAFE_INTEGER_LENGTH
        || body[start] == '-' && body[start + 1] == '0') {
      return false;
    }
    for (int i = start + 1; i < end; i++) {
      if (body[i] < '0' || body[i] > '9') {
        return false;
      }
    }
    return true;
  }

  private void sorted(int[] keys, int count) {
    if (count <= FEW) {
      insertionSort(keys, count);
    } else {
      Integer[] boxed = new Integer[count];
      Arrays.setAll(boxed, i -> keys[i]);
      Arrays.sort(boxed, this::compareNames);
      Arrays.setAll(keys, i -> i < count ? boxed[i] : 0);
    }
    for (int i = 1; i < count; i++) {
      if (compareNames(keys[i - 1], keys[i]) == 0) {
        throw duplicate(Math.max(keys[i - 1], keys[i]));
      }
    }
  }

  private void insertionSort(int[] keys, int count) {
    for (int i = 1; i < count; i++) {
      int key = keys[i];
      int at = i;
      while (at > 0 && compareNames(keys[at - 1], key) > 0) {
        keys[at] = keys[at - 1];
        at--;
      }
      keys[at] = key;
    }
  }

  private int compareNames(int first, int second) {
    if (tape.isEscaped(first) || tape.isEscaped(second)) {
      return Arrays.compareUnsigned(name(first), name(second));
    }
    return Arrays.compareUnsigned(
        body,
        tape.start(first) + 1,
        tape.end(first) - 1,
        body,
        tape.start(second) + 1,
        tape.end(second) - 1);
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
    int length = to - from;
    if (muted) {
      return;
    }
    if (length > buffer.length - size) {
      flush();
    }
    if (length > buffer.length) {
      digest.update(body, from, length);
    } else {
      System.arraycopy(body, from, buffer, size, length);
      size += length;
    }
  }

  private void flush() {
    digest.update(buffer, 0, size);
    size = 0;
  }

  private ByteString finish() {
    flush();
    return UnsafeByteOperations.unsafeWrap(digest.digest());
  }
}
