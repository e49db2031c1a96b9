package dev.fairlead.onnx.learning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LearnedHeadTest {

  private static final int DIMENSIONS = 8;
  private static final float[] FEATURES = {1, 2};

  @Test
  void head_learnsWhereTheGainIs_againstThePrior() {
    Random random = new Random(1);
    List<LabelledPrompt> labels = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      boolean hard = i % 2 == 0;
      labels.add(label(direction(random, hard), hard ? 0.1 : 0.6, hard ? 1 : 0));
    }
    LearnedHead head = LearnedHead.fit(labels);

    assertThat(head.expectedGain(direction(random, true), FEATURES, 0.1))
        .isGreaterThan(head.expectedGain(direction(random, false), FEATURES, 0.6) + 0.4);
    assertThat(head.labels()).isEqualTo(200);
  }

  @Test
  void head_keepsThePriorsOrder_whereThePriorIsRight_andNoLabelIsNear() {
    Random random = new Random(2);
    List<LabelledPrompt> labels = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      double prior = i / 199.0;
      labels.add(label(direction(random, true), prior, random.nextDouble() < prior ? 1 : 0));
    }
    LearnedHead head = LearnedHead.fit(labels);
    float[] elsewhere = direction(random, false);

    assertThat(head.expectedGain(elsewhere, FEATURES, 0.9))
        .isGreaterThan(head.expectedGain(elsewhere, FEATURES, 0.1) + 0.4);
  }

  @Test
  void head_givesThePriorNoWeight_whenItPointsTheWrongWay() {
    Random random = new Random(3);
    List<LabelledPrompt> labels = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      double prior = i / 99.0;
      labels.add(label(direction(random, i % 2 == 0), prior, prior < 0.5 ? 1 : 0));
    }
    LearnedHead head = LearnedHead.fit(labels);
    float[] prompt = direction(random, true);

    assertThat(head.expectedGain(prompt, FEATURES, 0.9))
        .isCloseTo(head.expectedGain(prompt, FEATURES, 0.1), within(1e-9));
  }

  @Test
  void head_isTheSame_whenTheLabelsAre() {
    Random random = new Random(4);
    List<LabelledPrompt> labels = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      labels.add(label(direction(random, i % 3 == 0), random.nextDouble(), i % 2));
    }
    float[] prompt = direction(random, true);

    assertThat(LearnedHead.fit(labels).expectedGain(prompt, FEATURES, 0.4))
        .isEqualTo(LearnedHead.fit(labels).expectedGain(prompt, FEATURES, 0.4));
  }

  @Test
  void label_refuses_whatIsOutOfRange() {
    assertThatThrownBy(() -> label(new float[DIMENSIONS], 1.5, 0)).hasMessageContaining("prior");
    assertThatThrownBy(() -> label(new float[DIMENSIONS], 0.5, Double.NaN))
        .hasMessageContaining("gain");
    assertThatThrownBy(() -> LearnedHead.fit(List.of())).hasMessageContaining("2..");
  }

  private static LabelledPrompt label(float[] embedding, double prior, double gain) {
    return new LabelledPrompt(embedding, FEATURES, prior, gain);
  }

  /** Near to the first axis, or to the last. */
  private static float[] direction(Random random, boolean first) {
    float[] values = new float[DIMENSIONS];
    double squares = 0;
    for (int i = 0; i < DIMENSIONS; i++) {
      boolean main = i == (first ? 0 : DIMENSIONS - 1);
      values[i] = (main ? 1 : 0) + 0.1f * (float) random.nextGaussian();
      squares += values[i] * values[i];
    }
    for (int i = 0; i < DIMENSIONS; i++) {
      values[i] /= (float) Math.sqrt(squares);
    }
    return values;
  }
}
