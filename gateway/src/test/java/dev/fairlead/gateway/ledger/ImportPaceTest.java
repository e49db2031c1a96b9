package dev.fairlead.gateway.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class ImportPaceTest {

  private double idle;
  private final ImportPace pace = new ImportPace(0.05, 1000, () -> idle);

  @Test
  void fewRows_goAtOnce() {
    assertThat(pace.share(1000, 0)).isEqualTo(1);
    assertThat(pace.share(1001, 0)).isEqualTo(0.05);
  }

  @Test
  void share_growsToTheWhole_asTheJournalFills() {
    assertThat(pace.share(5_000_000, 0.5)).isEqualTo(0.05, within(1e-9));
    assertThat(pace.share(5_000_000, 0.7)).isEqualTo(0.525, within(1e-9));
    assertThat(pace.share(5_000_000, 0.9)).isEqualTo(1, within(1e-9));
    assertThat(pace.share(5_000_000, 1.2)).isEqualTo(1, within(1e-9));
  }

  @Test
  void halfOfWhatNobodyUses_isTaken_butNotMoreThanHalfACore() {
    idle = 0.4;
    assertThat(pace.share(5_000_000, 0)).isEqualTo(0.2, within(1e-9));
    idle = 7;
    assertThat(pace.share(5_000_000, 0)).isEqualTo(0.5);
    idle = 0.02;
    assertThat(pace.share(5_000_000, 0)).as("no less than without").isEqualTo(0.05);
  }

  @Test
  void idleCores_areSomeOfAll() {
    IdleCores cores = new IdleCores();
    Awaitility.await()
        .pollDelay(Duration.ofMillis(300)) // it looks every 200 ms
        .untilAsserted(() ->
            assertThat(cores.getAsDouble())
                .isBetween(0.0, (double) Runtime.getRuntime().availableProcessors()));
  }

  @Test
  void pause_makesTheShare() {
    assertThat(ImportPace.pause(0.1, 10, 10)).isEqualTo(90);
    assertThat(ImportPace.pause(0.1, 10, 40)).isEqualTo(60);
    assertThat(ImportPace.pause(0.5, 10, 40)).isZero();
    assertThat(ImportPace.pause(1, 10, 10)).isZero();
  }
}
