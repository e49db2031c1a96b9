package dev.fairlead.provider.resilience;

import dev.fairlead.common.config.Expect;
import java.time.Duration;

/**
 * How long a vendor's key rests after the vendor complained about it.
 *
 * @param cooldown after a rate limit without a time to come back
 * @param maxCooldown longest rest that a vendor may ask for
 * @param quotaCooldown after the vendor said that no quota is left
 * @param refusedCooldown after a refusal of a key or an account: 400, 401, 402 or 403
 */
public record KeySettings(
    Duration cooldown, Duration maxCooldown, Duration quotaCooldown, Duration refusedCooldown) {
  /** Each is above 0. */
  public KeySettings {
    Expect.positive("provider.keys.cooldown", cooldown);
    Expect.positive("provider.keys.max_cooldown", maxCooldown);
    Expect.positive("provider.keys.quota_cooldown", quotaCooldown);
    Expect.positive("provider.keys.refused_cooldown", refusedCooldown);
  }
}
