package dev.fairlead.cache;

import static dev.fairlead.cache.CacheFixture.exact;
import static dev.fairlead.cache.CacheFixture.storing;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.redis.RedisServerProcess;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A master that dies under a sentinel's eyes. */
class RedisSentinelIT {

  private static final Duration FAIL_OVER = Duration.ofSeconds(90);

  @ParameterizedTest
  @ValueSource(ints = {2, 3})
  void cache_followsTheNewMaster_withWhatWasStored(int protocol, @TempDir Path directory) {
    assumeThat(RedisServerProcess.signalsSupported()).isTrue();
    try (RedisServerProcess master = RedisServerProcess.start();
        RedisServerProcess replica = RedisServerProcess.startReplica(master);
        RedisServerProcess sentinel = RedisServerProcess.startSentinel(directory, "main", master)) {
      await()
          .atMost(FAIL_OVER)
          .until(() -> sentinel.command("SENTINEL", "REPLICAS", "main").equals("*1"));
      await()
          .atMost(FAIL_OVER)
          .until(() -> replica.text("INFO", "replication").contains("master_link_status:up"));
      String yaml =
          "cache: { policy: threshold, store_timeout: 1s, breaker_open: 300ms, near_ttl: 1ms }\n"
              + "redis: { url: 'redis+sentinel://127.0.0.1:"
              + sentinel.port()
              + "/main', protocol: "
              + protocol
              + " }";
      try (CacheFixture cache = CacheFixture.start(yaml)) {
        await()
            .atMost(FAIL_OVER)
            .until(() -> cache.store(storing("acme", "before", 1, 0, 0)).getStored());
        // WAIT would not do: it speaks of what its own connection has written.
        await()
            .atMost(FAIL_OVER)
            .until(() -> replica.command("DBSIZE").equals(master.command("DBSIZE")));
        master.kill();
        await()
            .atMost(FAIL_OVER)
            .until(() -> cache.store(storing("acme", "after", 0, 1, 0)).getStored());
        assertThat(replica.command("ROLE")).isEqualTo("*3");
        await().atMost(FAIL_OVER).until(() -> cache.lookup(exact("acme", "after")).hasHit());
        await().atMost(FAIL_OVER).until(() -> cache.lookup(exact("acme", "before")).hasHit());
      }
    }
  }
}
