package dev.fairlead.cache;

import static dev.fairlead.cache.CacheFixture.exact;
import static dev.fairlead.cache.CacheFixture.seconds;
import static dev.fairlead.cache.CacheFixture.storing;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.v1.CacheHit;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How long entries live, with chances that the test chooses. */
class TtlJitterTest {

  private static final int ENTRIES = 2_000;
  private static final int TTL_SECONDS = 1_000;

  private final ManualClock clock = new ManualClock();

  @ParameterizedTest(name = "jitter {0}, chance {1}: {2} s")
  @CsvSource({"0.1, 0, 1000", "0.1, 0.5, 950", "0.1, 1, 900", "0.4, 1, 600", "0, 1, 1000"})
  void entry_livesUpToItsShare_andNoLonger(double jitter, double chance, int lives) {
    String yaml = "cache: { ttl: 1000s, ttl_jitter: %s, refresh_ahead: 0 }".formatted(jitter);
    try (CacheFixture cache = CacheFixture.start(yaml, clock, () -> chance)) {
      cache.store(storing("acme", "configured"));
      cache.store(storing("acme", "asked for").setTtl(seconds(TTL_SECONDS)));
      clock.advance(Duration.ofMillis(lives * 1_000L - 1));
      assertThat(cache.lookup(exact("acme", "configured")).hasHit()).isTrue();
      assertThat(cache.lookup(exact("acme", "asked for")).hasHit()).isTrue();
      clock.advance(Duration.ofMillis(1));
      assertThat(cache.lookup(exact("acme", "configured")).hasMiss()).isTrue();
      assertThat(cache.lookup(exact("acme", "asked for")).hasMiss()).isTrue();
    }
  }

  /** Entries that were stored together do not expire together. */
  @Test
  void ends_areSpreadEvenly_overTheShareAndNowhereElse() {
    Random random = new Random(42);
    String yaml = "cache: { ttl: 1000s, ttl_jitter: 0.1, refresh_ahead: 0 }";
    try (CacheFixture cache = CacheFixture.start(yaml, clock, random::nextDouble)) {
      for (int i = 0; i < ENTRIES; i++) {
        cache.store(storing("acme", "text " + i));
      }
      List<Double> alive = new ArrayList<>();
      clock.advance(Duration.ofSeconds(900).minusMillis(1));
      alive.add(share(cache));
      for (int k = 0; k < 4; k++) {
        clock.advance(Duration.ofSeconds(25));
        alive.add(share(cache));
      }
      clock.advance(Duration.ofMillis(2));
      assertThat(alive.getFirst()).isEqualTo(1);
      for (int k = 1; k <= 3; k++) {
        assertThat(alive.get(k)).isBetween(1 - k / 4.0 - 0.05, 1 - k / 4.0 + 0.05);
      }
      assertThat(share(cache)).isZero();
    }
  }

  private static double share(CacheFixture cache) {
    int hits = 0;
    for (int i = 0; i < ENTRIES; i++) {
      boolean hit =
          cache.lookup(exact("acme", "text " + i)).getHit().getKind() == CacheHit.Kind.KIND_EXACT;
      hits += hit ? 1 : 0;
    }
    return (double) hits / ENTRIES;
  }
}
