package dev.fairlead.gateway.dialect.json;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.fairlead.common.failure.Failure.InvalidRequest;
import java.util.Arrays;

/**
 * A well-formed JSON document as positions in its own bytes: nodes in document order, each
 * addressed by an int.
 *
 * <p>A scalar or key takes one word, a container two (its second word holds where its subtree ends
 * and how many children it has), as does a value with escapes (what they add to its length, and
 * whether they are the only way to write what they stand for). The children of an object are key,
 * value, key, value. Immutable once scanned; safe to share.
 */
public final class JsonTape {

  /** What a node is. */
  public enum Kind {
    /** {@code {...}}. */
    OBJECT("an object"),
    /** {@code [...]}. */
    ARRAY("an array"),
    /** A string, also a member's name. */
    STRING("a string"),
    /** A number. */
    NUMBER("a number"),
    /** {@code true} or {@code false}. */
    BOOLEAN("a boolean"),
    /** {@code null}. */
    NULL("null");

    private final String words;

    Kind(String words) {
      this.words = words;
    }

    /** With its article, for messages. */
    public String words() {
      return words;
    }
  }

  static final int ESCAPED = 1;
  static final int NON_ASCII = 2;

  /** A second word follows: of strings. */
  private static final int COUNTED = 4;

  /** Beside the children of a container, of which there are fewer than words. */
  private static final int BEGINNING_SHIFT = 24;

  private static final int COUNT_MASK = (1 << BEGINNING_SHIFT) - 1;

  /** Of containers. */
  private static final int CANONICAL = 1;

  private static final long VARIED = 1L << 63;

  private static final Kind[] KINDS = Kind.values();
  private static final int ARRAY = Kind.ARRAY.ordinal();
  private static final int STRING = Kind.STRING.ordinal();
  private static final int KIND_SHIFT = 61;
  private static final int FLAG_SHIFT = 58;
  private static final int START_SHIFT = 29;
  private static final long OFFSET_MASK = (1L << START_SHIFT) - 1;

  /** 8 MiB: small values must not need many times the memory of their body. */
  private static final int MOST_WORDS = 1 << 20;

  private static final int SAMPLE_CHARACTERS = 60;

  /** 128 KiB a thread, for the tape of a body of some 250 KB. */
  private static final int MOST_SPARE_WORDS = 1 << 14;

  private static final ThreadLocal<Spare> SPARE = ThreadLocal.withInitial(Spare::new);

  private static final long[] RELEASED = {};

  private final byte[] body;
  private long[] words;
  private int size;

  JsonTape(byte[] body) {
    this.body = body;
    this.words = blank(Math.clamp(body.length >> 4, 32, 1 << 16));
  }

  /** Not cleared: a word is written before it is read. */
  private static long[] blank(int least) {
    Spare spare = SPARE.get();
    long[] words = spare.words;
    if (words.length < least) {
      return new long[least];
    }
    spare.words = RELEASED;
    return words;
  }

  /**
   * Leaves the memory to this thread's next scan. Nothing can be asked of the document afterwards.
   * Without it nothing is lost but time.
   */
  public void release() {
    long[] used = words;
    words = RELEASED;
    size = 0;
    if (used.length <= MOST_SPARE_WORDS && used.length > 0) {
      SPARE.get().words = used;
    }
  }

  /** The bytes; not a copy. */
  public byte[] body() {
    return body;
  }

  /** The outermost value. */
  public int root() {
    return 0;
  }

  /** What the node is. */
  public Kind kind(int node) {
    return KINDS[(int) (words[node] >>> KIND_SHIFT)];
  }

  /** Offset of the node's first byte. */
  public int start(int node) {
    return (int) (words[node] >>> START_SHIFT & OFFSET_MASK);
  }

  /** Offset just past the node's last byte. */
  public int end(int node) {
    return (int) (words[node] & OFFSET_MASK);
  }

  /** Elements of an array, members of an object. */
  public int count(int container) {
    return (int) words[container + 1] & COUNT_MASK;
  }

  /**
   * A number above 0 when this is an object of two members, of which the second is a string, and
   * has the same bytes up to that as all others with this number; else 0.
   */
  int beginning(int container) {
    return (int) words[container + 1] >>> BEGINNING_SHIFT;
  }

  /**
   * The first element of an array, or the first key of an object; meaningless when {@link #count}
   * is 0.
   */
  public int first(int container) {
    return container + 2;
  }

  /** The node that follows, in document order, everything inside this one. */
  public int next(int node) {
    long word = words[node];
    return word >>> KIND_SHIFT <= ARRAY
        ? (int) (words[node + 1] >>> 32)
        : node + 1 + (int) (word >>> FLAG_SHIFT + 2 & 1);
  }

  /** The text of a string or key, escapes resolved. */
  public String text(int node) {
    int from = start(node) + 1;
    int length = end(node) - 1 - from;
    return switch (flags(node)) {
      case 0 -> new String(body, from, length, ISO_8859_1);
      case NON_ASCII -> new String(body, from, length, UTF_8);
      default -> new String(Escapes.resolve(body, from, from + length), UTF_8);
    };
  }

  /** Whether a string or key has exactly this ASCII text. */
  public boolean isText(int node, String ascii) {
    long word = words[node];
    if ((word >>> FLAG_SHIFT & ESCAPED) != 0) {
      return text(node).equals(ascii);
    }
    int from = (int) (word >>> START_SHIFT & OFFSET_MASK) + 1;
    int length = ascii.length();
    return (int) (word & OFFSET_MASK) - 1 - from == length && isAt(from, ascii, length);
  }

  /** As {@link #isText(int, String)}, for a word that is looked for often. */
  public boolean isText(int node, AsciiWord wanted) {
    long word = words[node];
    if ((word >>> FLAG_SHIFT & ESCAPED) != 0) {
      return text(node).equals(wanted.text());
    }
    int from = (int) (word >>> START_SHIFT & OFFSET_MASK) + 1;
    return (int) (word & OFFSET_MASK) - 1 - from == wanted.length() && wanted.isAt(body, from);
  }

  private boolean isAt(int from, String ascii, int length) {
    for (int i = 0; i < length; i++) {
      if (body[from + i] != ascii.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  /** Unicode characters (code points) of a string. */
  public long characters(int node) {
    int from = start(node) + 1;
    int to = end(node) - 1;
    int flags = flags(node);
    int characters = (flags & NON_ASCII) == 0 ? to - from : ByteRuns.characters(body, from, to);
    if ((flags & COUNTED) != 0) {
      return characters - (int) words[node + 1];
    }
    return flags == 0 ? characters : characters - Escapes.surplus(body, from, to);
  }

  /** The value of that name in an object, or -1. */
  public int member(int object, String asciiName) {
    int key = first(object);
    for (int left = count(object); left > 0; left--) {
      int value = key + 1;
      if (isText(key, asciiName)) {
        return value;
      }
      key = next(value);
    }
    return -1;
  }

  /** The node as the client wrote it, cut for messages. */
  public String sample(int node) {
    return sample(start(node), end(node));
  }

  String sample(int from, int to) {
    int cut = Math.min(to, from + 4 * SAMPLE_CHARACTERS);
    String text = new String(body, from, cut - from, UTF_8);
    boolean whole = cut == to && text.length() <= SAMPLE_CHARACTERS;
    return printable(
        whole ? text : text.substring(0, Math.min(text.length(), SAMPLE_CHARACTERS)) + "...");
  }

  /** A text from outside, made safe for one line of a message. */
  public static String printable(String text) {
    StringBuilder safe = new StringBuilder(text.length());
    text.codePoints().forEach(c -> safe.appendCodePoint(isPrintable(c) ? c : '?'));
    return safe.toString();
  }

  private static boolean isPrintable(int c) {
    return !Character.isISOControl(c) && Character.getType(c) != Character.SURROGATE;
  }

  /** Where the node is, such as {@code messages[0].role}; empty for the root. Slow: for errors. */
  public String pathOf(int target) {
    StringBuilder path = new StringBuilder();
    int node = 0;
    while (node < target && isContainer(node)) {
      node =
          kind(node) == Kind.OBJECT
              ? intoMember(node, target, path)
              : intoElement(node, target, path);
    }
    return path.toString();
  }

  private int intoMember(int object, int target, StringBuilder path) {
    int key = first(object);
    while (isClosed(key + 1) && next(key + 1) <= target) {
      key = next(key + 1);
    }
    if (key >= size) {
      return key;
    }
    path.append(path.isEmpty() ? "" : ".").append(shortened(text(key)));
    return key + 1;
  }

  private int intoElement(int array, int target, StringBuilder path) {
    int element = first(array);
    int index = 0;
    while (isClosed(element) && next(element) <= target) {
      element = next(element);
      index++;
    }
    path.append('[').append(index).append(']');
    return element;
  }

  /** A name from outside, made safe for one line of a message, and short. */
  public static String shortened(String name) {
    String safe = printable(name);
    return safe.length() <= SAMPLE_CHARACTERS ? safe : safe.substring(0, SAMPLE_CHARACTERS) + "...";
  }

  boolean isEscaped(int node) {
    return (flags(node) & ESCAPED) != 0;
  }

  /** Whether a container is known to be written as {@link CanonicalDigest} has it. */
  boolean isCanonical(int node) {
    return isContainer(node) && flags(node) == CANONICAL;
  }

  /** Names without escapes by their length, then by their bytes. */
  int compareNames(int first, int second) {
    int from = start(first);
    int length = end(first) - from;
    int otherFrom = start(second);
    int otherLength = end(second) - otherFrom;
    return length == otherLength
        ? Arrays.compareUnsigned(body, from, from + length, body, otherFrom, otherFrom + length)
        : length - otherLength;
  }

  /** Whether its escapes are the only way to write what they stand for; false when not known. */
  boolean isEscapedOnlyAsNeeded(int node) {
    return (flags(node) & COUNTED) != 0 && words[node + 1] >= 0;
  }

  private int flags(int node) {
    return (int) (words[node] >>> FLAG_SHIFT) & 7;
  }

  boolean isObject(int node) {
    return words[node] >>> KIND_SHIFT == Kind.OBJECT.ordinal();
  }

  private boolean isContainer(int node) {
    return words[node] >>> KIND_SHIFT <= ARRAY;
  }

  /** False for the containers that a scan was in when it failed, and past its end. */
  private boolean isClosed(int node) {
    return node < size && (!isContainer(node) || next(node) != 0);
  }

  void scalar(Kind kind, int start, int end) {
    room(1);
    words[size++] = (long) kind.ordinal() << KIND_SHIFT | (long) start << START_SHIFT | end;
  }

  /** A member's name, or a string that holds no escapes. */
  void string(int flags, int start, int end) {
    room(1);
    long span = (long) start << START_SHIFT | end;
    words[size++] = (long) STRING << KIND_SHIFT | (long) flags << FLAG_SHIFT | span;
  }

  /**
   * A string value with escapes.
   *
   * @param surplus by how many characters they are longer than what they stand for
   * @param varied whether there is another way to write one of them
   */
  void escaped(int flags, int start, int end, int surplus, boolean varied) {
    room(2);
    string(flags | COUNTED, start, end);
    words[size++] = varied ? VARIED | surplus : surplus;
  }

  /**
   * Notes once more, as not yet closed, an object that has been found {@code shift} bytes before,
   * with the scalars and names that follow it.
   *
   * @param count words of all, the object's two included
   * @return the last one's node
   */
  int repeat(int object, int count, int shift) {
    room(count);
    long[] all = words;
    int to = size;
    long both = (long) shift << START_SHIFT | shift;
    all[to] = (long) (start(object) + shift) << START_SHIFT;
    all[to + 1] = 0;
    for (int i = 2; i < count; i++) {
      all[to + i] = all[object + i] + both;
    }
    size = to + count;
    return size - 1;
  }

  /**
   * Notes once more, as closed, an object of two members that has been found {@code shift} bytes
   * before, up to its last value, which is a string of {@code more} words and noted next.
   *
   * @param beginning what {@link #beginning} says of it
   */
  void repeatWith(int object, int beginning, int shift, int end, boolean canonical, int more) {
    room(Beginnings.WORDS);
    long[] all = words;
    int to = size;
    long both = (long) shift << START_SHIFT | shift;
    long start = (long) (start(object) + shift) << START_SHIFT;
    all[to] = canonical ? (long) CANONICAL << FLAG_SHIFT | start | end : start | end;
    all[to + 1] =
        (long) (to + Beginnings.WORDS + more) << 32
            | beginning << BEGINNING_SHIFT
            | Beginnings.MEMBERS;
    for (int i = 2; i < Beginnings.WORDS; i++) {
      all[to + i] = all[object + i] + both;
    }
    size = to + Beginnings.WORDS;
  }

  int open(Kind kind, int start) {
    room(2);
    int node = size;
    words[node] = (long) kind.ordinal() << KIND_SHIFT | (long) start << START_SHIFT;
    words[node + 1] = 0;
    size += 2;
    return node;
  }

  /**
   * A container's end.
   *
   * @param canonical whether it is written, with all that is inside, as {@link CanonicalDigest} has
   *     it
   */
  void close(int container, int end, int count, boolean canonical) {
    words[container] |= canonical ? (long) CANONICAL << FLAG_SHIFT | end : end;
    words[container + 1] = (long) size << 32 | count;
  }

  int size() {
    return size;
  }

  private void room(int more) {
    if (size + more > words.length) {
      if (words.length >= MOST_WORDS) {
        String message = "body: too many values (expected: fewer than " + MOST_WORDS + ")";
        throw new InvalidRequest(message, null, JsonLimits.TOO_LARGE).asException();
      }
      words = Arrays.copyOf(words, Math.min(MOST_WORDS, words.length * 2));
    }
  }

  /** What a thread's last tape wrote on; none while one is in use. */
  private static final class Spare {
    private long[] words = RELEASED;
  }
}
