package dev.fairlead.provider.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.linecorp.armeria.client.ClientFactory;
import dev.fairlead.common.config.ConfigException;
import dev.fairlead.common.config.ConfigSource;
import dev.fairlead.provider.resilience.TimeSource;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opentelemetry.api.OpenTelemetry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a reload keeps, replaces and frees. */
class ReloadTest {

  private static final String LAB =
      "  lab: { kind: openai, base_url: \"http://127.0.0.1:9/v1\" }\n";
  private static final String MOCK = "  spare: { kind: mock, mean_latency_ms: %d }\n";

  @TempDir private Path directory;
  private Path file;
  private ProviderRegistry registry;

  @BeforeEach
  void start() throws IOException {
    file = directory.resolve("fairlead.yaml");
    write(LAB + MOCK.formatted(5), "");
    registry =
        new ProviderRegistry(
            ConfigSource.load(file, Map.of()),
            ClientFactory.ofDefault(),
            new SimpleMeterRegistry(),
            OpenTelemetry.noop().getTracer("test"),
            TimeSource.system(),
            Clock.systemUTC());
  }

  @AfterEach
  void stop() {
    registry.close();
  }

  private void write(String providers, String settings) throws IOException {
    String models = "models:\n  - { id: spare, provider: spare }\n";
    Files.writeString(file, "providers:\n" + providers + models + settings);
  }

  private ProviderStack stack(String name) {
    return java.util.Objects.requireNonNull(registry.current().providers().get(name));
  }

  @Test
  void unchangedEntry_keepsItsStack_andAChangedOneIsReplaced() throws IOException {
    ProviderStack lab = stack("lab");
    ProviderStack spare = stack("spare");
    write(LAB + MOCK.formatted(6), "");
    registry.reload();
    assertThat(stack("lab")).isSameAs(lab);
    assertThat(stack("spare").adapter()).isNotSameAs(spare.adapter());
    assertThat(registry.current().catalog().version()).isEqualTo(2);
  }

  @Test
  void changedSettings_keepAdapterCircuitsAndBudget() throws IOException {
    ProviderStack lab = stack("lab");
    write(
        LAB + MOCK.formatted(5),
        "provider: { timeouts: { idle: 7s }, retry: { max_retries: 1 } }\n");
    registry.reload();
    assertThat(stack("lab")).isNotSameAs(lab);
    assertThat(stack("lab").adapter()).isSameAs(lab.adapter());
    assertThat(stack("lab").budget()).isNotSameAs(lab.budget());
    ProviderStack before = stack("lab");
    write(
        LAB + MOCK.formatted(5),
        "provider: { timeouts: { idle: 8s }, retry: { max_retries: 1 } }\n");
    registry.reload();
    assertThat(stack("lab").budget()).isSameAs(before.budget());
  }

  @Test
  void changeThatNeedsARestart_isAWarning() throws IOException {
    write(LAB + MOCK.formatted(5), "provider: { timeouts: { connect: 1s } }\n");
    assertThat(registry.reload().warnings())
        .anyMatch(warning -> warning.startsWith("provider.timeouts.connect: "));
  }

  @Test
  void invalidFile_changesNothing_andSaysWhy() throws IOException {
    Snapshot before = registry.current();
    write(LAB + MOCK.formatted(6), "provider: { timeouts: { idel: 7s } }\n");
    assertThatThrownBy(registry::reload)
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("idel");
    write(LAB, "");
    assertThatThrownBy(registry::reload)
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("spare");
    Files.writeString(file, "providers: [");
    assertThatThrownBy(registry::reload).isInstanceOf(ConfigException.class);
    assertThat(registry.current()).isSameAs(before);
    assertThat(before.uses().begin()).isTrue();
    before.end();
  }

  @Test
  void snapshot_isFreed_whenItIsReplacedAndItsLastRequestHasEnded() {
    AtomicInteger freed = new AtomicInteger();
    SnapshotUses uses = new SnapshotUses(freed::incrementAndGet);
    assertThat(uses.begin()).isTrue();
    uses.end();
    assertThat(freed).hasValue(0);
    assertThat(uses.begin()).isTrue();
    uses.end();
    uses.end();
    assertThat(freed).hasValue(1);
    assertThat(uses.begin()).isFalse();
  }

  @Test
  void adapter_isClosed_afterTheLastSnapshotThatHadIt() {
    AtomicInteger closed = new AtomicInteger();
    SharedAdapter adapter = new SharedAdapter("x", List.of(new ClosingProvider(closed)));
    adapter.retain();
    adapter.retain();
    adapter.release();
    assertThat(closed).hasValue(0);
    adapter.release();
    await().until(() -> closed.get() == 1);
  }
}
