package dev.fairlead.gateway.dialect.json;

/**
 * How objects in arrays have begun, such as <code>{"role":"user","content":</code> in each turn of
 * a conversation: the bytes up to the second member's value, and where their nodes are. The same
 * bytes mean the same wherever an object begins, so they need not be read again, only moved. One
 * scan an instance.
 */
final class Beginnings {

  /** How many members the objects have whose beginnings are kept. */
  static final int MEMBERS = 2;

  /** The object itself takes two, a name, a value and another name, without escapes, one each. */
  static final int WORDS = 5;

  static final int KEPT = 4;
  private static final int LONGEST = 64;

  private final JsonTape tape;
  private final byte[] body;
  private final int[] objects = new int[KEPT];
  private final int[] starts = new int[KEPT];
  private final int[] lengths = new int[KEPT];
  private int known;

  Beginnings(JsonTape tape) {
    this.tape = tape;
    this.body = tape.body();
  }

  /**
   * Keeps how an object of two members begins that began like none before it, unless there are
   * enough.
   */
  void learn(int object) {
    if (known == KEPT || !tape.isCanonical(object)) {
      return;
    }
    int firstValue = object + 3;
    int length = tape.start(object + WORDS) - tape.start(object);
    // A first value with words of its own would have the second name elsewhere.
    if (length >= Long.BYTES && length <= LONGEST && tape.next(firstValue) == firstValue + 1) {
      objects[known] = object;
      starts[known] = tape.start(object);
      lengths[known] = length;
      known++;
    }
  }

  /** Which known beginning is at {@code at}, or -1. */
  int find(int at) {
    for (int i = 0; i < known; i++) {
      int length = lengths[i];
      if (at + length < body.length && ByteRuns.same(body, at, starts[i], length)) {
        return i;
      }
    }
    return -1;
  }

  /** Its bytes, up to the value that follows. */
  int length(int beginning) {
    return lengths[beginning];
  }

  /** Notes the object at {@code at} with the nodes that follow it; gives the last name's. */
  int repeat(int beginning, int at) {
    return tape.repeat(objects[beginning], WORDS, at - starts[beginning]);
  }

  /** The same for one that has nothing but a string behind it. */
  void repeatWith(int beginning, int at, int to, boolean canonical, int stringWords) {
    int shift = at - starts[beginning];
    tape.repeatWith(objects[beginning], beginning + 1, shift, to, canonical, stringWords);
  }
}
