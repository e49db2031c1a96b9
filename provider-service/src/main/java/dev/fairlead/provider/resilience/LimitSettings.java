package dev.fairlead.provider.resilience;

import dev.fairlead.common.config.Expect;

/**
 * Bounds that protect this process and the vendor.
 *
 * @param concurrency calls under way at one provider
 * @param answerBytes largest answer of a vendor, streamed or not
 * @param eventBytes largest single event of a stream
 */
public record LimitSettings(int concurrency, long answerBytes, int eventBytes) {
  /** Checks ranges. */
  public LimitSettings {
    Expect.range("provider.limits.concurrency", concurrency, 1, 1_000_000);
    Expect.range("provider.limits.answer_bytes", answerBytes, 1024, 1L << 30);
    Expect.range("provider.limits.event_bytes", eventBytes, 1024, 64L << 20);
  }
}
