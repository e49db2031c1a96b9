package dev.fairlead.cache;

import static dev.fairlead.cache.CacheFixture.exact;
import static dev.fairlead.cache.CacheFixture.semantic;
import static dev.fairlead.cache.CacheFixture.storing;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.fairlead.redis.RedisServerProcess;
import dev.fairlead.v1.FlushRequest;
import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What touches several keys keeps the rules of a cluster, which a single node with all slots
 * enforces too.
 */
class RedisClusterIT {

  @ParameterizedTest
  @ValueSource(ints = {2, 3})
  void replicas_workOverACluster(int protocol, @TempDir Path directory) {
    assumeThat(RedisServerProcess.signalsSupported()).isTrue();
    try (RedisServerProcess redis = RedisServerProcess.startCluster(directory)) {
      Awaitility.await().until(() -> redis.command("SET", "probe", "1").equals("+OK"));
      String yaml =
          "cache: { policy: threshold, store_timeout: 2s, max_entries: 100 }\n"
              + "redis: { url: 'redis+cluster://127.0.0.1:"
              + redis.port()
              + "', protocol: "
              + protocol
              + " }";
      try (CacheFixture a = CacheFixture.start(yaml);
          CacheFixture b = CacheFixture.start(yaml)) {
        Awaitility.await()
            .atMost(Duration.ofSeconds(30))
            .until(() -> a.store(storing("acme", "first", 1, 0, 0)).getStored());
        for (int i = 0; i < 150; i++) {
          assertThat(a.store(storing("acme", "text " + i, 1, i, 0)).getStored()).isTrue();
        }
        Awaitility.await().until(() -> b.lookup(exact("acme", "text 149")).hasHit());
        Awaitility.await().until(() -> b.lookup(semantic("acme", "text 149!", 1, 149, 0)).hasHit());
        Awaitility.await()
            .until(() -> b.stats().getEntries() <= 100 && b.stats().getVectors() <= 100);
        String lease = a.miss(exact("acme", "new").setAcquireLease(true)).getLease().getId();
        assertThat(b.miss(exact("acme", "new").setAcquireLease(true)).hasLease()).isFalse();
        b.store(storing("acme", "new").setLeaseId(lease));
        assertThat(a.lookup(exact("acme", "new")).hasHit()).isTrue();
        assertThat(a.flush(FlushRequest.newBuilder())).isBetween(90L, 101L);
        Awaitility.await().until(() -> b.stats().getVectors() == 0 && b.stats().getEntries() == 0);
      }
    }
  }
}
