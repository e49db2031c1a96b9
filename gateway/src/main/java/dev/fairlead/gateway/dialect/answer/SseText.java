package dev.fairlead.gateway.dialect.answer;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.List;

/**
 * The data of server-sent events (HTML Living Standard, section 9.2.6); names, ids and comments are
 * dropped. Stateless.
 */
public final class SseText {

  private SseText() {}

  /** The data of each event that has any, in order; also of a last one without its blank line. */
  public static List<String> data(byte[] sse) {
    List<String> events = new ArrayList<>();
    StringBuilder event = new StringBuilder();
    boolean any = false;
    for (String line : new String(sse, UTF_8).split("\r\n|\n|\r", -1)) {
      if (line.isEmpty()) {
        if (any) {
          events.add(event.toString());
        }
        event.setLength(0);
        any = false;
      } else if (line.equals("data") || line.startsWith("data:")) {
        event.append(any ? "\n" : "").append(value(line));
        any = true;
      }
    }
    if (any) {
      events.add(event.toString());
    }
    return events;
  }

  private static String value(String line) {
    int from = Math.min(line.length(), "data:".length());
    return line.startsWith(" ", from) ? line.substring(from + 1) : line.substring(from);
  }
}
