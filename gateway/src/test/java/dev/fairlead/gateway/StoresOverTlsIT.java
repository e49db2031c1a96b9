package dev.fairlead.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.fairlead.common.config.ConfigSource;
import dev.fairlead.common.tls.Tls;
import dev.fairlead.gateway.ledger.PostgresServer;
import dev.fairlead.redis.FreePort;
import dev.fairlead.redis.RedisConfig;
import dev.fairlead.redis.RedisLink;
import dev.fairlead.redis.RedisServerProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Redis and PostgreSQL over TLS, as the documentation says to address them. */
class StoresOverTlsIT {

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @TempDir private Path folder = Path.of(".");
  private Path good = Path.of(".");
  private Path other = Path.of(".");
  private final List<Tls> opened = new ArrayList<>();

  @BeforeEach
  void issue() throws Exception {
    good = Files.createDirectories(folder.resolve("good"));
    other = Files.createDirectories(folder.resolve("other"));
    new TestCertificates("authority of the stores").writeTo(good, "a store");
    new TestCertificates("somebody else").writeTo(other, "not a store");
  }

  /** Follows the certificates for as long as the test runs. */
  private RedisLink redis(int port, Path ca, String more) {
    String yaml =
        """
        tls: { reload_interval: 100ms }
        redis: { url: "rediss://127.0.0.1:%d", ca: "%s", command_timeout: 5s%s }
        """
            .formatted(port, ca.resolve("ca.pem"), more);
    ConfigSource config = ConfigSource.parse("test", yaml, Map.of());
    Tls tls = Tls.of(config);
    opened.add(tls);
    return RedisLink.open(config.section("redis", RedisConfig.class).settings(tls));
  }

  private static String showing(Path certificates) {
    return ", cert: \"%s\", key: \"%s\""
        .formatted(certificates.resolve("cert.pem"), certificates.resolve("key.pem"));
  }

  @AfterEach
  void close() {
    opened.forEach(Tls::close);
  }

  @Test
  void redis_isSpokenToOverTls_andOnlyWithACertificateOfItsAuthority() throws Exception {
    assumeTrue(RedisServerProcess.signalsSupported(), "needs the machine's redis-server");
    int port = FreePort.any();
    try (RedisServerProcess server = RedisServerProcess.startTls(good, port);
        RedisLink link = redis(port, good, "");
        RedisLink wary = redis(port, other, "")) {
      await().atMost(PATIENCE).until(link::connected);
      write(link);
      assertThat(server.command("EXISTS", "over-tls")).isEqualTo(":1");
      await().during(Duration.ofSeconds(2)).atMost(PATIENCE).until(() -> !wary.connected());
    }
  }

  @Test
  void redis_isShownACertificate_whereItAsksForOne() throws Exception {
    assumeTrue(RedisServerProcess.signalsSupported(), "needs the machine's redis-server");
    int port = FreePort.any();
    try (RedisServerProcess server = RedisServerProcess.startTls(good, port, true);
        RedisLink known = redis(port, good, showing(good));
        RedisLink silent = redis(port, good, "");
        RedisLink stranger = redis(port, good, showing(other))) {
      await().atMost(PATIENCE).until(known::connected);
      write(known);
      assertThat(server.command("EXISTS", "over-tls")).isEqualTo(":1");
      await()
          .during(Duration.ofSeconds(2))
          .atMost(PATIENCE)
          .until(() -> !silent.connected() && !stranger.connected());

      for (String file : List.of("cert.pem", "key.pem")) {
        Files.copy(good.resolve(file), other.resolve(file), StandardCopyOption.REPLACE_EXISTING);
      }
      await().atMost(PATIENCE).until(stranger::connected);
      write(stranger);
      assertThat(silent.connected()).isFalse();
    }
  }

  private static void write(RedisLink link) {
    link.call(redisson -> redisson.getBucket("over-tls").setAsync(new byte[] {1})).join();
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
