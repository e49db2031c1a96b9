package dev.fairlead.gateway.budget;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.gateway.ledger.Ledger;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class OutputLengthsTest {

  private final OutputLengths lengths = new OutputLengths();

  @Test
  void quantile_isUnknown_untilEnoughWereSeen() {
    for (int i = 1; i < OutputLengths.FEWEST; i++) {
      lengths.observe("small", "text_short", i);
    }
    assertThat(lengths.quantile("small", "text_short", 0.95)).isEmpty();
    lengths.observe("small", "text_short", 20);
    assertThat(lengths.quantile("small", "text_short", 0.95)).hasValue(19);
    assertThat(lengths.quantile("small", "text_short", 0.5)).hasValue(10);
    assertThat(lengths.quantile("small", "tools_short", 0.5)).isEmpty();
  }

  @Test
  void quantile_followsTheLatest() {
    for (int i = 0; i < OutputLengths.REMEMBERED; i++) {
      lengths.observe("small", "text_short", 10);
    }
    assertThat(lengths.quantile("small", "text_short", 0.95)).hasValue(10);
    for (int i = 0; i < OutputLengths.REMEMBERED; i++) {
      lengths.observe("small", "text_short", 500);
    }
    assertThat(lengths.quantile("small", "text_short", 0.05)).hasValue(500);
  }

  @Test
  void ledger_teaches_theNewestLast() {
    List<Ledger.OutputLength> newestFirst = new ArrayList<>();
    for (int i = 0; i < 2 * OutputLengths.REMEMBERED; i++) {
      newestFirst.add(
          new Ledger.OutputLength("small", "text_short", i < OutputLengths.REMEMBERED ? 7 : 900));
    }
    lengths.learn(newestFirst);
    assertThat(lengths.quantile("small", "text_short", 0.95)).hasValue(7);
  }
}
