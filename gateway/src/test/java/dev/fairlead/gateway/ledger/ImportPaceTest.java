package dev.fairlead.gateway.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class ImportPaceTest {

  private static final long SECOND = 1_000_000_000;

  private final ImportPace pace = new ImportPace(0.05, 1000);

  private void arrivals(long perSecond) {
    pace.seen(0, 0);
    pace.seen(perSecond, SECOND);
  }

  @Test
  void fewRows_goAtOnce() {
    arrivals(20_000);
    assertThat(pace.share(1000, 0)).isEqualTo(1);
    assertThat(pace.share(1001, 0)).isEqualTo(0.05);
  }

  @Test
  void share_growsToTheWhole_asTheJournalFills() {
    arrivals(20_000);
    assertThat(pace.share(5_000_000, 0.5)).isEqualTo(0.05, within(1e-9));
    assertThat(pace.share(5_000_000, 0.7)).isEqualTo(0.525, within(1e-9));
    assertThat(pace.share(5_000_000, 0.9)).isEqualTo(1, within(1e-9));
    assertThat(pace.share(5_000_000, 1.2)).isEqualTo(1, within(1e-9));
  }

  @Test
  void share_isLarger_whileHardlyAnyRowComes() {
    arrivals(499);
    assertThat(pace.share(5_000_000, 0)).isEqualTo(0.5);
    arrivals(20_000);
    pace.seen(60_000, 2 * SECOND);
    assertThat(pace.share(5_000_000, 0)).isEqualTo(0.05);
  }

  @Test
  void pause_makesTheShare() {
    assertThat(ImportPace.pause(0.1, 10, 10)).isEqualTo(90);
    assertThat(ImportPace.pause(0.1, 10, 40)).isEqualTo(60);
    assertThat(ImportPace.pause(0.5, 10, 40)).isZero();
    assertThat(ImportPace.pause(1, 10, 10)).isZero();
  }
}
