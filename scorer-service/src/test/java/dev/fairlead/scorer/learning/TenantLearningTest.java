package dev.fairlead.scorer.learning;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.onnx.learning.LabelledPrompt;
import dev.fairlead.onnx.learning.TrafficLabel;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TenantLearningTest {

  private static final double SIMPLE = 0.3;
  private static final double COMPLEX = 0.7;

  @Test
  void sharesOfTraffic_stayWhatThresholdsSay_whenHardPromptsAreNeverLabelled() {
    Random random = new Random(1);
    TenantLearning tenant = new TenantLearning(200);
    int[] tiers = new int[3];
    int labels = 0;
    while (labels < 600) {
      double hardness = random.nextDouble();
      LabelledPrompt prompt = prompt(random, hardness);
      double complexity = complexity(tenant, prompt);
      int tier = complexity < SIMPLE ? 0 : complexity < COMPLEX ? 1 : 2;
      if (labels >= 400) {
        tiers[tier]++;
      }
      if (tier < 2) {
        labels++;
        tenant.learn(new TrafficLabel(prompt, 1, "test"));
      }
    }
    double all = tiers[0] + tiers[1] + tiers[2];

    assertThat(tenant.active()).isNotNull();
    assertThat(tiers[0] / all).isBetween(0.2, 0.4);
    assertThat(tiers[1] / all).isBetween(0.3, 0.5);
    assertThat(tiers[2] / all).isBetween(0.2, 0.4);
  }

  /** By the head in use, as the service asks it; else the prior, which is spread evenly. */
  private static double complexity(TenantLearning tenant, LabelledPrompt prompt) {
    if (tenant.asked().wants()) {
      tenant.asked().put(prompt);
    }
    ActiveHead head = tenant.active();
    if (head == null) {
      return prompt.prior();
    }
    if (tenant.asked().renewalIsDue()) {
      tenant.renewQuantiles();
    }
    return head.quantiles()
        .quantileOf(
            head.head().expectedGain(prompt.embedding(), prompt.features(), prompt.prior()));
  }

  /** Its embedding turns with its hardness; the prior knows little of it. */
  private static LabelledPrompt prompt(Random random, double hardness) {
    float[] embedding = new float[8];
    embedding[0] = (float) Math.cos(2.2 * hardness);
    embedding[1] = (float) Math.sin(2.2 * hardness);
    for (int i = 2; i < embedding.length; i++) {
      embedding[i] = 0.1f * (float) random.nextGaussian();
    }
    double gain = random.nextDouble() < 0.9 * hardness ? 1 : 0;
    double prior = random.nextInt(3) == 0 ? hardness : random.nextDouble();
    return new LabelledPrompt(embedding, new float[] {0}, prior, gain);
  }
}
