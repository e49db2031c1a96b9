package dev.fairlead.onnx.decoder;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Looks for stop sequences in text that comes in pieces, and holds back what may become one. Not
 * thread-safe.
 */
final class StopText {

  private final List<String> stops;
  private final StringBuilder held = new StringBuilder();
  private @Nullable String found;

  StopText(List<String> stops) {
    this.stops = stops.stream().filter(stop -> !stop.isEmpty()).toList();
  }

  /** The text that is certainly before any stop sequence; empty once one has been found. */
  String append(String text) {
    if (found != null) {
      return "";
    }
    held.append(text);
    int first = -1;
    for (String stop : stops) {
      int at = held.indexOf(stop);
      if (at >= 0 && (first < 0 || at < first)) {
        first = at;
        found = stop;
      }
    }
    int certain = found != null ? first : held.length() - longestBeginning();
    String out = held.substring(0, certain);
    held.delete(0, found != null ? held.length() : certain);
    return out;
  }

  /** The stop sequence that has been found. */
  @Nullable String found() {
    return found;
  }

  /** What was held back in vain. */
  String end() {
    String rest = held.toString();
    held.setLength(0);
    return rest;
  }

  /** Length of the longest end of the held text that begins a stop sequence. */
  private int longestBeginning() {
    int longest = 0;
    for (String stop : stops) {
      for (int size = Math.min(stop.length() - 1, held.length()); size > longest; size--) {
        if (stop.startsWith(held.substring(held.length() - size))) {
          longest = size;
        }
      }
    }
    return longest;
  }
}
