package dev.fairlead.onnx.complexity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class QuantileTableTest {

  @Test
  void quantile_isInterpolated_betweenPoints() {
    QuantileTable table = QuantileTable.of(0, 0.2, 1);

    assertThat(table.quantileOf(-5)).isZero();
    assertThat(table.quantileOf(0.1)).isCloseTo(0.25, within(1e-9));
    assertThat(table.quantileOf(0.2)).isCloseTo(0.5, within(1e-9));
    assertThat(table.quantileOf(0.6)).isCloseTo(0.75, within(1e-9));
    assertThat(table.quantileOf(5)).isEqualTo(1);
  }

  @Test
  void quantile_isTheMiddleOfARun_whenPointsAreEqual() {
    assertThat(QuantileTable.of(0, 1, 1, 1, 2).quantileOf(1)).isCloseTo(0.5, within(1e-9));
  }

  @Test
  void quantile_neverFalls_whenTheValueRises() {
    Random random = new Random(3);
    double[] sample = random.doubles(500).toArray();
    double[] weights = random.doubles(500, 0.1, 3).toArray();
    QuantileTable table = QuantileTable.ofSample(sample, weights, 41);
    double last = 0;
    for (double value = -0.1; value < 1.1; value += 0.001) {
      double quantile = table.quantileOf(value);
      assertThat(quantile).isBetween(last, 1.0);
      last = quantile;
    }
  }

  @Test
  void sample_countsByWeight() {
    QuantileTable table = QuantileTable.ofSample(new double[] {1, 2}, new double[] {3, 1}, 101);

    assertThat(table.points()[74]).isEqualTo(1);
    assertThat(table.points()[76]).isEqualTo(2);
  }

  @Test
  void table_refuses_whatIsNotAscendingOrFinite() {
    assertThatThrownBy(() -> QuantileTable.of(1)).hasMessageContaining("2 or more");
    assertThatThrownBy(() -> QuantileTable.of(1, 0)).hasMessageContaining("quantiles[1]");
    assertThatThrownBy(() -> QuantileTable.of(0, Double.NaN)).hasMessageContaining("NaN");
  }
}
