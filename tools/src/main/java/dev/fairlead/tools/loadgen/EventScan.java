package dev.fairlead.tools.loadgen;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.util.Arrays;

/**
 * Reads a stream's events by looking for a few byte patterns. JSON is parsed only for an event that
 * may hold an error or the facts, so that the generator costs little beside what it measures. Not
 * thread-safe.
 */
final class EventScan {

  private static final JsonMapper JSON =
      JsonMapper.builder().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS).build();
  private static final byte[] DATA = "data:".getBytes(US_ASCII);
  private static final byte[] DONE = "[DONE]".getBytes(US_ASCII);
  private static final byte[] ERROR = "\"error\"".getBytes(US_ASCII);
  private static final byte[] FACTS = "\"fairlead\"".getBytes(US_ASCII);
  private static final byte[] TOOL_CALLS = "\"tool_calls\":".getBytes(US_ASCII);
  private static final byte[] CONTENT = "content\"".getBytes(US_ASCII);

  private final Runnable onText;
  private byte[] pending = new byte[0];
  private boolean done;
  private boolean failed;
  private JsonNode facts = MissingNode.getInstance();

  /**
   * @param onText called for every event that carries a piece of the answer
   */
  EventScan(Runnable onText) {
    this.onText = onText;
  }

  /** The next bytes; an event may be split anywhere. */
  void accept(byte[] bytes) {
    byte[] all = pending.length == 0 ? bytes : joined(pending, bytes);
    int from = 0;
    for (int at = 0; at < all.length; at++) {
      if (all[at] == '\n') {
        line(all, from, at);
        from = at + 1;
      }
    }
    pending = Arrays.copyOfRange(all, from, all.length);
  }

  /** Whether the terminator came. */
  boolean done() {
    return done;
  }

  /** Whether an event told of an error. */
  boolean failed() {
    return failed;
  }

  /** The {@code fairlead} object of the last chunk; missing when there was none. */
  JsonNode facts() {
    return facts;
  }

  private void line(byte[] bytes, int from, int to) {
    if (!startsWith(bytes, from, to, DATA)) {
      return;
    }
    int start = afterSpaces(bytes, from + DATA.length, to);
    if (startsWith(bytes, start, to, DONE)) {
      done = true;
      return;
    }
    if (carriesText(bytes, start, to)) {
      onText.run();
    }
    if (find(bytes, start, to, FACTS) >= 0 || find(bytes, start, to, ERROR) >= 0) {
      readWhole(bytes, start, to);
    }
  }

  private void readWhole(byte[] bytes, int from, int to) {
    try {
      JsonNode event = JSON.readTree(bytes, from, to - from);
      failed |= event.hasNonNull("error");
      if (event.path("fairlead").isObject()) {
        facts = event.path("fairlead");
      }
    } catch (IOException e) {
      failed = true;
    }
  }

  /** A key that ends in {@code content} with a text that is not empty, or a tool call. */
  private static boolean carriesText(byte[] bytes, int from, int to) {
    for (int at = find(bytes, from, to, CONTENT);
        at >= 0;
        at = find(bytes, at + CONTENT.length, to, CONTENT)) {
      int colon = afterSpaces(bytes, at + CONTENT.length, to);
      int quote = afterSpaces(bytes, colon + 1, to);
      if (quote + 1 < to && bytes[colon] == ':' && bytes[quote] == '"' && bytes[quote + 1] != '"') {
        return true;
      }
    }
    return find(bytes, from, to, TOOL_CALLS) >= 0;
  }

  private static int afterSpaces(byte[] bytes, int from, int to) {
    int at = from;
    while (at < to && bytes[at] == ' ') {
      at++;
    }
    return at;
  }

  private static boolean startsWith(byte[] bytes, int from, int to, byte[] pattern) {
    int end = from + pattern.length;
    return end <= to && Arrays.equals(bytes, from, end, pattern, 0, pattern.length);
  }

  private static int find(byte[] bytes, int from, int to, byte[] pattern) {
    for (int at = from; at + pattern.length <= to; at++) {
      if (bytes[at] == pattern[0] && startsWith(bytes, at, to, pattern)) {
        return at;
      }
    }
    return -1;
  }

  private static byte[] joined(byte[] first, byte[] second) {
    byte[] all = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, all, first.length, second.length);
    return all;
  }
}
