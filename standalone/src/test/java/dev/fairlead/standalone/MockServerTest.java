package dev.fairlead.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.common.config.ConfigSource;
import dev.fairlead.gateway.ServerConfig;
import dev.fairlead.gateway.ledger.LedgerConfig;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MockServerTest {

  @TempDir private Path folder;

  @Test
  void environment_ofAnotherGateway_meansNothing() {
    ConfigSource config =
        MockServer.config(
            MockServer.options("--port", "18081", "--model", "m"),
            Map.of(
                "PORT", "1",
                "FAIRLEAD_SERVER_PORT", "2",
                "FAIRLEAD_DATA_DIR", "/var/lib/fairlead",
                "DATABASE_URL", "jdbc:postgresql://db/fairlead",
                "REDIS_URL", "redis://r:6379",
                "ADMIN_TOKEN", "t",
                "FAIRLEAD_LEDGER_ENABLED", "true",
                "LOG_LEVEL", "WARN"),
            folder);
    ServerConfig server = config.section("server", ServerConfig.class);
    assertThat(server.port()).isEqualTo(18081);
    assertThat(server.dataDir()).isEqualTo(folder);
    LedgerConfig ledger = config.section("ledger", LedgerConfig.class);
    assertThat(ledger.enabled()).isFalse();
    assertThat(ledger.url().reveal()).isEmpty();
    assertThat(config.environment("REDIS_URL")).isEmpty();
    assertThat(config.environment("ADMIN_TOKEN")).isEmpty();
    assertThat(config.environment("LOG_LEVEL")).contains("WARN");
  }

  @Test
  void requests_needNoKey_whereverItListens() {
    ConfigSource config =
        MockServer.config(
            MockServer.options("--model", "m"), Map.of("FAIRLEAD_SERVER_BIND", "0.0.0.0"), folder);
    ServerConfig server = config.section("server", ServerConfig.class);
    assertThat(server.bind()).isEqualTo("0.0.0.0");
    assertThat(server.mayBeOpen()).isTrue();
  }
}
