package dev.fairlead.onnx.decoder;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What to generate.
 *
 * @param prompt ids, 1 or more and fewer than the context window
 * @param maxTokens most tokens of the answer, 1 or more; the context window bounds it too
 * @param stops texts that end the answer and are not part of it
 */
@SuppressWarnings("ArrayRecordComponent") // Handed over, never changed.
public record Generation(int[] prompt, int maxTokens, Sampling sampling, List<String> stops) {

  /** Copies the stops. */
  public Generation {
    stops = List.copyOf(stops);
  }

  /** Why an answer ended. */
  public enum End {
    /** The model's end token, or a stop text. */
    STOP,
    /** The most tokens, or the context window. */
    LENGTH
  }

  /** Hears one answer. Calls come from the loop's thread, one after another, and must not block. */
  public interface Listener {

    /**
     * More text, whole characters.
     *
     * @param tokens generated until now
     */
    void onText(String text, int tokens);

    /**
     * The answer is complete.
     *
     * @param stop the stop text that ended it, one of {@link #stops}; null when none did
     * @param tokens generated, with the end token
     */
    void onEnd(End end, @Nullable String stop, int tokens);

    /** The decoder failed. */
    void onFailed(DecoderException failure, int tokens);
  }
}
