package dev.fairlead.gateway.dialect.json;

/**
 * Where the plain run of a string ends: at a quote, a backslash, a control character or a byte
 * above ASCII. A stretch of the body is looked at as a whole, in a loop without branches that the
 * compiler turns into vector instructions, and its marks are then read eight at a time. Asked for
 * ascending places; one scan an instance.
 */
final class StringMarks {

  /** Stays in the first-level cache beside what the scan writes. */
  private static final int STRETCH = 4096;

  private final byte[] body;
  private final byte[] marks;
  private int from;
  private int to;

  StringMarks(byte[] body) {
    this.body = body;
    this.marks = new byte[Math.min(STRETCH, body.length)];
  }

  /** The first byte at or after {@code at} that is not plain, or the end of the body. */
  int next(int at) {
    if (at < to) {
      int marked = ByteRuns.marked(marks, at - from, to - from) + from;
      if (marked < to) {
        return marked;
      }
    }
    return beyond(Math.max(at, to));
  }

  private int beyond(int start) {
    int at = start;
    while (at < body.length) {
      look(at);
      int marked = ByteRuns.marked(marks, 0, to - from) + from;
      if (marked < to) {
        return marked;
      }
      at = to;
    }
    return at;
  }

  private void look(int at) {
    from = at;
    to = Math.min(at + marks.length, body.length);
    System.arraycopy(body, from, marks, 0, to - from);
    mark(marks, to - from);
  }

  /**
   * Sets the highest bit of what is not plain. With its second bit turned over a quote comes to lie
   * beside the control characters, which stay among themselves. In place, because a loop over two
   * arrays that could be the same one is not vectorised.
   */
  private static void mark(byte[] bytes, int length) {
    for (int i = 0; i < length; i++) {
      byte b = bytes[i];
      bytes[i] = (byte) ((b ^ 2) - (' ' + 1) | (b ^ '\\') - 1 | b);
    }
  }
}
