package dev.fairlead.onnx.tokenizer;

/**
 * Characters of the word being read; words over the model's limit are only counted. Not
 * thread-safe.
 */
final class WordBuffer {

  /** Code points from which on a word is unknown as a whole. */
  static final int MAX_WORD = 100;

  private final char[] buffer = new char[2 * MAX_WORD];
  private int length;
  private int codePoints;

  void append(int c) {
    if (codePoints < MAX_WORD) {
      length += Character.toChars(c, buffer, length);
    }
    codePoints++;
  }

  boolean isEmpty() {
    return codePoints == 0;
  }

  boolean tooLong() {
    return codePoints > MAX_WORD;
  }

  char[] buffer() {
    return buffer;
  }

  int length() {
    return length;
  }

  void clear() {
    length = 0;
    codePoints = 0;
  }
}
