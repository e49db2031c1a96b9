package dev.fairlead.gateway;

import dev.fairlead.common.config.ConfigException;
import dev.fairlead.common.config.Expect;
import java.time.Duration;

/** Section {@code streams}: how answers are streamed; units are in the reference file. */
public record StreamsConfig(
    Duration keepAlive,
    Duration beginWithin,
    Duration writeTimeout,
    int maxLiveBytes,
    Duration liveGrace,
    double replayTokensPerSecond) {

  /** Validates. */
  public StreamsConfig {
    Expect.positive("streams.keep_alive", keepAlive);
    if (beginWithin.isNegative()) {
      throw new ConfigException("streams.begin_within: " + beginWithin + " (expected: 0 or more)");
    }
    Expect.positive("streams.write_timeout", writeTimeout);
    Expect.range("streams.max_live_bytes", maxLiveBytes, 0, 48 << 20);
    Expect.positive("streams.live_grace", liveGrace);
    Expect.range("streams.replay_tokens_per_second", replayTokensPerSecond, 0, 1_000_000);
  }
}
