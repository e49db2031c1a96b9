package dev.fairlead.gateway.dialect.json;

import java.util.Arrays;

/**
 * The text of a request's last user turn, gathered from the string nodes that hold it. One use an
 * instance.
 */
public final class UserText {

  private final JsonTape tape;
  private int[] nodes = new int[4];
  private int count;

  /** No text yet. */
  public UserText(JsonTape tape) {
    this.tape = tape;
  }

  /** Forgets what was gathered: a later turn is the last one. */
  public void clear() {
    count = 0;
  }

  /** Adds a string node that follows those added before. */
  public void add(int node) {
    if (count == nodes.length) {
      nodes = Arrays.copyOf(nodes, count * 2);
    }
    nodes[count++] = node;
  }

  /** The nodes, ascending. */
  public int[] nodes() {
    return Arrays.copyOf(nodes, count);
  }

  /** The texts joined by a line feed; empty when there is none. */
  public String text() {
    if (count == 1) {
      return tape.text(nodes[0]);
    }
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < count; i++) {
      text.append(i == 0 ? "" : "\n").append(tape.text(nodes[i]));
    }
    return text.toString();
  }

  /**
   * The lengths of all texts but the last, since the joined text alone would not tell where they
   * meet; empty for a single text.
   */
  public String boundaries() {
    StringBuilder lengths = new StringBuilder();
    for (int i = 0; i < count - 1; i++) {
      lengths.append(',').append(tape.text(nodes[i]).length());
    }
    return lengths.toString();
  }
}
