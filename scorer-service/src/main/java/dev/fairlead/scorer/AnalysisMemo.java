package dev.fairlead.scorer;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.google.protobuf.ByteString;
import dev.fairlead.v1.AnalyzeResponse;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.jspecify.annotations.Nullable;

/**
 * Analyses by text. The key is the text's SHA-256, so that an entry is small whatever the text, and
 * no other text can be made that gets its answer. Thread-safe, does not block.
 */
final class AnalysisMemo {

  /**
   * Longer texts are computed each time: hashing them would hold an event loop for longer than it
   * saves.
   */
  static final int MAX_BYTES = 16 << 10;

  private final Cache<TextKey, AnalyzeResponse> analyses;
  private final Counter hits;
  private final Counter misses;

  AnalysisMemo(int entries, MeterRegistry meters) {
    this.analyses = Caffeine.newBuilder().maximumSize(entries).build();
    this.hits = memo(meters, "hit");
    this.misses = memo(meters, "miss");
  }

  private static Counter memo(MeterRegistry meters, String result) {
    return Counter.builder("llm.router.scorer.memo")
        .description("Texts by whether their analysis was still known")
        .tag("result", result)
        .register(meters);
  }

  /** A text's key; null when it is too long to be kept. */
  static @Nullable TextKey key(ByteString text) {
    return text.size() > MAX_BYTES ? null : TextKey.of(text);
  }

  @Nullable AnalyzeResponse find(@Nullable TextKey key) {
    AnalyzeResponse found = key == null ? null : analyses.getIfPresent(key);
    (found == null ? misses : hits).increment();
    return found;
  }

  void keep(@Nullable TextKey key, AnalyzeResponse analysis) {
    if (key != null) {
      analyses.put(key, analysis);
    }
  }

  /** The 256 bits of a text's hash. */
  record TextKey(long a, long b, long c, long d) {

    static TextKey of(ByteString text) {
      try {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        digest.update(text.asReadOnlyByteBuffer());
        ByteBuffer hash = ByteBuffer.wrap(digest.digest());
        return new TextKey(hash.getLong(), hash.getLong(), hash.getLong(), hash.getLong());
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException("every JDK has SHA-256", e);
      }
    }
  }
}
