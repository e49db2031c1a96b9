package dev.fairlead.provider.resilience;

import dev.fairlead.common.config.Expect;
import java.time.Duration;

/**
 * What happens at a provider's concurrency limit, and how it moves.
 *
 * @param queue calls that may wait for a place; 0 for none
 * @param queueWait longest wait, cut by the caller's deadline
 * @param adaptive whether the limit falls when first tokens come later than they used to
 * @param minimum least limit that it may fall to
 */
public record AdmissionSettings(int queue, Duration queueWait, boolean adaptive, int minimum) {
  /** Checks ranges. */
  public AdmissionSettings {
    Expect.range("provider.admission.queue", queue, 0, 100_000);
    Expect.positive("provider.admission.queue_wait", queueWait);
    Expect.range("provider.admission.minimum", minimum, 1, 1_000_000);
  }
}
