package dev.fairlead.catalog;

import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingType;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Counts with JTokkit once its vocabulary is there; the first count begins to load it on a thread
 * of its own.
 */
final class LazyTokenCounter implements TokenCounter {

  /**
   * Of longer texts, {@link #SAMPLES} pieces are counted that lie evenly apart, so that a count
   * stays below some ten milliseconds.
   */
  private static final int LONGEST_EXACT = 64 * 1024;

  private static final int SAMPLES = 8;

  private final Supplier<EncodingType> type;
  private final TokenCounter meanwhile;
  private volatile @Nullable CompletableFuture<Void> loading;
  private volatile @Nullable Encoding encoding;

  LazyTokenCounter(Supplier<EncodingType> type, TokenCounter meanwhile) {
    this.type = type;
    this.meanwhile = meanwhile;
  }

  @Override
  public int count(String text) {
    Encoding exact = encoding;
    if (exact == null) {
      CompletableFuture<Void> started = loaded();
      exact = encoding;
      if (exact == null || started.isCompletedExceptionally()) {
        return meanwhile.count(text);
      }
    }
    return text.length() <= LONGEST_EXACT
        ? exact.countTokensOrdinary(wellFormed(text))
        : extrapolated(exact, text);
  }

  private static int extrapolated(Encoding exact, String text) {
    int length = LONGEST_EXACT / SAMPLES;
    long tokens = 0;
    for (int i = 0; i < SAMPLES; i++) {
      int from = (int) ((long) (text.length() - length) * i / (SAMPLES - 1));
      tokens += exact.countTokensOrdinary(wellFormed(text.substring(from, from + length)));
    }
    return (int) Math.min(Integer.MAX_VALUE, tokens * text.length() / LONGEST_EXACT);
  }

  /** JTokkit wants text that UTF-8 can say: half a character, cut off or sent so, becomes U+FFFD. */
  private static String wellFormed(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (Character.isSurrogate(text.charAt(i))) {
        int[] points = text.codePoints().map(LazyTokenCounter::encodable).toArray();
        return new String(points, 0, points.length);
      }
    }
    return text;
  }

  private static int encodable(int point) {
    boolean half = point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE;
    return half ? 0xFFFD : point;
  }

  @Override
  public CompletableFuture<Void> loaded() {
    CompletableFuture<Void> current = loading;
    return current == null ? load() : current;
  }

  private synchronized CompletableFuture<Void> load() {
    CompletableFuture<Void> current = loading;
    if (current != null) {
      return current;
    }
    CompletableFuture<Void> started = new CompletableFuture<>();
    loading = started;
    Thread.ofPlatform().daemon().name("tokenizer-load").start(() -> read(started));
    return started;
  }

  private void read(CompletableFuture<Void> started) {
    try {
      encoding = Encodings.newLazyEncodingRegistry().getEncoding(type.get());
      started.complete(null);
    } catch (RuntimeException | LinkageError e) {
      started.completeExceptionally(e);
    }
  }
}
