package dev.fairlead.provider.dialect;

/** Finds the end of a JSON object that comes in pieces. Not thread-safe. */
final class JsonEnd {

  private int depth;
  private boolean begun;
  private boolean inString;
  private boolean escaped;

  /** Takes the next characters. */
  void feed(String text) {
    for (int i = 0; i < text.length(); i++) {
      next(text.charAt(i));
    }
  }

  private void next(char c) {
    if (inString) {
      if (escaped) {
        escaped = false;
      } else if (c == '\\') {
        escaped = true;
      } else if (c == '"') {
        inString = false;
      }
      return;
    }
    switch (c) {
      case '"' -> inString = true;
      case '{', '[' -> {
        begun = true;
        depth++;
      }
      case '}', ']' -> depth--;
      default -> {}
    }
  }

  /** Whether the object is whole. What is not an object never is. */
  boolean reached() {
    return begun && depth <= 0 && !inString;
  }
}
