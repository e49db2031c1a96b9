package dev.fairlead.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.fairlead.common.config.ConfigSource;
import dev.fairlead.gateway.ledger.PostgresServer;
import dev.fairlead.redis.FreePort;
import dev.fairlead.redis.RedisConfig;
import dev.fairlead.redis.RedisLink;
import dev.fairlead.redis.RedisServerProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Redis and PostgreSQL over TLS, as the documentation says to address them. */
class StoresOverTlsIT {

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @TempDir private Path folder = Path.of(".");
  private Path good = Path.of(".");
  private Path other = Path.of(".");

  @BeforeEach
  void issue() throws Exception {
    good = Files.createDirectories(folder.resolve("good"));
    other = Files.createDirectories(folder.resolve("other"));
    new TestCertificates("authority of the stores").writeTo(good, "a store");
    new TestCertificates("somebody else").writeTo(other, "not a store");
  }

  private static RedisLink redis(int port, Path ca) {
    String yaml =
        "redis: { url: \"rediss://127.0.0.1:%d\", ca: \"%s\", command_timeout: 5s }"
            .formatted(port, ca);
    return RedisLink.open(
        ConfigSource.parse("test", yaml, Map.of()).section("redis", RedisConfig.class).settings());
  }

  @Test
  void redis_isSpokenToOverTls_andOnlyWithACertificateOfItsAuthority() throws Exception {
    assumeTrue(RedisServerProcess.signalsSupported(), "needs the machine's redis-server");
    int port = FreePort.any();
    try (RedisServerProcess server = RedisServerProcess.startTls(good, port);
        RedisLink link = redis(port, good.resolve("ca.pem"));
        RedisLink wary = redis(port, other.resolve("ca.pem"))) {
      await().atMost(PATIENCE).until(link::connected);
      link.call(redisson -> redisson.getBucket("over-tls").setAsync(new byte[] {1})).join();
      assertThat(server.command("EXISTS", "over-tls")).isEqualTo(":1");
      await().during(Duration.ofSeconds(2)).atMost(PATIENCE).until(() -> !wary.connected());
    }
  }

  @Test
  void postgres_isSpokenToOverTls_andOnlyWithACertificateOfItsAuthority() throws Exception {
    try (PostgresServer postgres = PostgresServer.start(good)) {
      String database = postgres.newDatabase();
      try (Connection connection = connect(database, good);
          var answer =
              connection
                  .createStatement()
                  .executeQuery("select ssl from pg_stat_ssl where pid = pg_backend_pid()")) {
        assertThat(answer.next()).isTrue();
        assertThat(answer.getBoolean(1)).isTrue();
      }
      assertThatThrownBy(() -> connect(database, other).close())
          .isInstanceOf(SQLException.class)
          .rootCause()
          .hasMessageContaining("certification path");
    }
  }

  private static Connection connect(String database, Path authority) throws SQLException {
    return DriverManager.getConnection(
        database + "&sslmode=verify-full&sslrootcert=" + authority.resolve("ca.pem"));
  }
}
