package dev.fairlead.scorer;

import dev.fairlead.common.config.Expect;
import dev.fairlead.onnx.learning.LearnedHead;
import java.time.Duration;

/**
 * Section {@code scorer}. The reference file says what each key means.
 *
 * @param threads 0 for one a core
 * @param encoderPath empty for the shipped encoder
 * @param headPath empty for the shipped head
 * @param learningLabels labels kept of a tenant; 0 learns nothing
 * @param learningDir empty for a folder in the data directory
 */
public record ScorerConfig(
    String bind,
    int port,
    int threads,
    int queueCapacity,
    int maxBatchSize,
    int maxTextBytes,
    int memoEntries,
    String encoderPath,
    String headPath,
    int learningLabels,
    String learningDir,
    Duration closeTimeout) {

  /** Validates. */
  public ScorerConfig {
    Expect.present("scorer.bind", bind);
    Expect.range("scorer.port", port, 0, 65_435);
    Expect.range("scorer.threads", threads, 0, 1_024);
    Expect.range("scorer.queue_capacity", queueCapacity, 0, 1_000_000);
    Expect.range("scorer.max_batch_size", maxBatchSize, 1, 2_048);
    Expect.range("scorer.max_text_bytes", maxTextBytes, 1, 16 << 20);
    Expect.range("scorer.memo_entries", memoEntries, 0, 10_000_000);
    Expect.that(
        learningLabels == 0 || (learningLabels >= 100 && learningLabels <= LearnedHead.MAX_LABELS),
        "scorer.learning_labels",
        learningLabels,
        "0, or 100.." + LearnedHead.MAX_LABELS);
    Expect.positive("scorer.close_timeout", closeTimeout);
  }

  /** Calls computed at a time. */
  int computeThreads() {
    return threads == 0 ? Runtime.getRuntime().availableProcessors() : threads;
  }
}
