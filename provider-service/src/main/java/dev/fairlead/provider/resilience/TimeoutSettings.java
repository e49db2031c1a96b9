package dev.fairlead.provider.resilience;

import dev.fairlead.common.config.Expect;
import java.time.Duration;

/**
 * How long parts of a call may take.
 *
 * @param connect until a connection to the vendor stands
 * @param firstToken of a streamed call, until its first content
 * @param idle of a streamed call, between two events; comments do not count
 * @param total of one try
 */
public record TimeoutSettings(
    Duration connect, Duration firstToken, Duration idle, Duration total) {
  /** Each is above 0. */
  public TimeoutSettings {
    Expect.positive("provider.timeouts.connect", connect);
    Expect.positive("provider.timeouts.first_token", firstToken);
    Expect.positive("provider.timeouts.idle", idle);
    Expect.positive("provider.timeouts.total", total);
  }
}
