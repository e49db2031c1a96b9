package dev.fairlead.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.linecorp.armeria.common.TlsKeyPair;
import dev.fairlead.common.config.ConfigException;
import dev.fairlead.common.config.ConfigSource;
import dev.fairlead.common.tls.Tls;
import dev.fairlead.redis.RedisConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opentelemetry.api.OpenTelemetry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A cache that cannot start. */
class CacheStartTest {

  private static Set<Thread> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().matches("certificates|cache-.*"))
        .collect(Collectors.toSet());
  }

  @Test
  void start_leavesNothingBehind_whenItFailsHalfWay(@TempDir Path folder) throws Exception {
    Path authority = folder.resolve("ca.pem");
    byte[] certificate = TlsKeyPair.ofSelfSigned().certificateChain().getFirst().getEncoded();
    Files.writeString(
        authority,
        "-----BEGIN CERTIFICATE-----\n"
            + Base64.getMimeEncoder().encodeToString(certificate)
            + "\n-----END CERTIFICATE-----\n");
    ConfigSource config =
        ConfigSource.parse(
            "test.yaml",
            "tls: { hops: { client_auth: none, ca: \""
                + authority
                + "\" } }\ncache: { vectors: redis }",
            Map.of());
    Set<Thread> before = threads();
    Tls tls = Tls.of(config);
    assertThat(tls.hopClient()).isNotNull();
    assertThat(threads()).isNotEqualTo(before);
    assertThatThrownBy(() ->
            CacheNode.start(
                config.section("cache", CacheConfig.class),
                config.section("redis", RedisConfig.class),
                tls,
                new SimpleMeterRegistry(),
                OpenTelemetry.noop().getTracer("test"),
                null,
                InstantSource.system(),
                () -> 0.5))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("cache.vectors");
    await().untilAsserted(() -> assertThat(threads()).isSubsetOf(before));
  }
}
