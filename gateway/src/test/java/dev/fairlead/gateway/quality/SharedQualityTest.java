package dev.fairlead.gateway.quality;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import dev.fairlead.gateway.state.FileStateStore;
import dev.fairlead.gateway.state.MemoryStateStore;
import dev.fairlead.gateway.state.StateStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SharedQualityTest {

  private static final Duration NEVER = Duration.ofDays(1);
  private static final Duration OFTEN = Duration.ofMillis(5);
  private static final Duration SOON = Duration.ofSeconds(20);

  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
  private volatile Instant now = Instant.parse("2026-11-01T00:00:00Z");
  @TempDir private Path folder;

  @AfterEach
  void stop() {
    timer.shutdownNow();
  }

  private QualityEstimates estimates() {
    return new QualityEstimates(() -> now);
  }

  private SharedQuality share(QualityEstimates estimates, StateStore store, Duration every) {
    return SharedQuality.start(estimates, store, () -> now, timer, every);
  }

  private StateStore file() {
    return FileStateStore.of(folder, "gateway-quality");
  }

  private static void see(QualityEstimates estimates, int times, double quality) {
    for (int i = 0; i < times; i++) {
      estimates.observed("acme", "small", 0.3, quality);
    }
  }

  private static double expected(QualityEstimates estimates) {
    return estimates.expected("acme", "small", 0.3, 1);
  }

  @Test
  void expectation_isTheSame_afterARestart_andHasFadedMeanwhile() {
    QualityEstimates before = estimates();
    try (SharedQuality ignored = share(before, file(), NEVER)) {
      see(before, 80, 0);
      before.observed("other", "small", 0.3, 1);
    }
    QualityEstimates after = estimates();
    try (SharedQuality ignored = share(after, file(), NEVER)) {
      assertThat(expected(after)).isCloseTo(expected(before), within(1e-6));
      assertThat(after.expected("new", "small", 0.3, 1))
          .isCloseTo(before.expected("new", "small", 0.3, 1), within(1e-6));
      assertThat(after.retention().comparisons()).as("the retention is since the start").isZero();
    }
    now = now.plus(QualityEstimates.HALF_LIFE);
    QualityEstimates later = estimates();
    try (SharedQuality ignored = share(later, file(), NEVER)) {
      assertThat(expected(later)).isCloseTo(expected(before), within(1e-6));
      double others = (20 * 0.7 + 0.5) / 20.5;
      assertThat(expected(later)).isCloseTo(20 * others / 60, within(1e-4));
    }
  }

  @Test
  void gateways_ofOneStore_knowWhatEachHasSeen_andCountItOnce() {
    QualityEstimates first = estimates();
    QualityEstimates second = estimates();
    try (SharedQuality one = share(first, file(), OFTEN);
        SharedQuality two = share(second, file(), OFTEN)) {
      assertThat(one).isNotSameAs(two);
      see(first, 40, 1);
      see(second, 40, 0);
      double all = (20 * 0.7 + 40) / 100;
      await()
          .atMost(SOON)
          .untilAsserted(() -> {
            assertThat(expected(first)).isCloseTo(all, within(1e-4));
            assertThat(expected(second)).isCloseTo(all, within(1e-4));
          });
    }
    QualityEstimates third = estimates();
    try (SharedQuality ignored = share(third, file(), NEVER)) {
      assertThat(expected(third)).isCloseTo((20 * 0.7 + 40) / 100, within(1e-4));
    }
  }

  @Test
  void whatIsSeenWhileItIsShared_isNeitherLostNorCountedTwice() throws Exception {
    QualityEstimates estimates = estimates();
    StateStore store = new MemoryStateStore();
    try (SharedQuality ignored = share(estimates, store, Duration.ofMillis(1))) {
      Thread[] callers = new Thread[4];
      for (int i = 0; i < callers.length; i++) {
        callers[i] = Thread.ofPlatform().start(() -> see(estimates, 2_000, 1));
      }
      for (Thread caller : callers) {
        caller.join();
      }
      assertThat(estimates.memory().known("acme", "small", 0.3, now).own())
          .isEqualTo(new Seen(8_000, 8_000));
    }
    QualityEstimates after = estimates();
    try (SharedQuality ignored = share(after, store, NEVER)) {
      assertThat(after.memory().known("acme", "small", 0.3, now).own())
          .isEqualTo(new Seen(8_000, 8_000));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{\"version\":3",
        "{\"version\":3,\"state\":{}}",
        "{\"version\":3,\"state\":{\"at\":\"2026-11-01T00:00:00Z\",\"everywhere\":null,"
            + "\"tenants\":{}}}",
        "{\"version\":3,\"state\":{\"at\":\"2026-11-01T00:00:00Z\",\"everywhere\":{\"newest\":"
            + "\"2026-11-01T00:00:00Z\",\"models\":{\"small\":{\"1\":{\"count\":1,\"sum\":2}}}},"
            + "\"tenants\":{}}}"
      })
  void damagedFile_isBegunAnew(String content) throws IOException {
    Files.writeString(folder.resolve("gateway-quality.json"), content);
    QualityEstimates estimates = estimates();
    try (SharedQuality ignored = share(estimates, file(), NEVER)) {
      assertThat(expected(estimates)).isCloseTo(0.7, within(1e-9));
      see(estimates, 80, 1);
    }
    QualityEstimates after = estimates();
    try (SharedQuality ignored = share(after, file(), NEVER)) {
      assertThat(expected(after)).isCloseTo((20 * 0.7 + 80) / 100, within(1e-6));
    }
  }

  @Test
  void storeThatDoesNotAnswer_isToldLater_andOnce() {
    FlakyStore store = new FlakyStore();
    QualityEstimates estimates = estimates();
    try (SharedQuality ignored = share(estimates, store, OFTEN)) {
      see(estimates, 40, 1);
      await().atMost(SOON).until(() -> store.refused.get() > 3);
      see(estimates, 40, 1);
      double all = (20 * 0.7 + 80) / 100;
      assertThat(expected(estimates)).isCloseTo(all, within(1e-6));
      store.away = false;
      await().atMost(SOON).until(() -> store.kept.read().version() > 0);
      assertThat(expected(estimates)).isCloseTo(all, within(1e-6));
    }
    QualityEstimates after = estimates();
    try (SharedQuality ignored = share(after, store.kept, NEVER)) {
      assertThat(expected(after)).isCloseTo((20 * 0.7 + 80) / 100, within(1e-6));
    }
  }

  /** Fails as Redis does when it is away. */
  private static final class FlakyStore implements StateStore {
    private final MemoryStateStore kept = new MemoryStateStore();
    private volatile boolean away = true;
    private final AtomicInteger refused = new AtomicInteger();

    @Override
    public Versioned read() {
      if (away) {
        refused.incrementAndGet();
        throw new UncheckedIOException(new IOException("away"));
      }
      return kept.read();
    }

    @Override
    public boolean replace(long expected, String json) {
      return kept.replace(expected, json);
    }

    @Override
    public void restore(Versioned last) {
      kept.restore(last);
    }

    @Override
    public void close() {}
  }
}
