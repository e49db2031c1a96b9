package dev.fairlead.tools.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.fairlead.onnx.ModelFile;
import dev.fairlead.onnx.complexity.ComplexityHead;
import dev.fairlead.onnx.complexity.HeadManifest;
import dev.fairlead.onnx.features.PromptFeatures;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class HeadTrainerTest {

  private static final int DIMENSIONS = 5;

  static List<HeadTrainer> trainers() {
    return List.of(new RidgeTrainer(0.001), new NetworkTrainer(2, 16, 60, 5e-3, 1e-4), mixture());
  }

  static List<HeadTrainer> regressions() {
    return List.of(new RidgeTrainer(0.001), new NetworkTrainer(2, 16, 60, 5e-3, 1e-4));
  }

  @ParameterizedTest
  @MethodSource("regressions")
  void trainer_findsALinearRule(HeadTrainer trainer) {
    Rows rows = rows(600, 1);
    HeadModel model = trainer.fit(rows, 7);
    Rows fresh = rows(200, 2);
    double error = 0;
    for (int i = 0; i < fresh.size(); i++) {
      error += Math.pow(model.predict(fresh.inputs()[i]) - fresh.targets()[i], 2) / fresh.size();
    }

    assertThat(error).isLessThan(0.01);
  }

  @ParameterizedTest
  @MethodSource("trainers")
  void trainer_givesTheSameBits_whenTheSeedIsTheSame(HeadTrainer trainer) {
    Rows rows = rows(200, 1);
    float[] input = rows.inputs()[0];

    assertThat(trainer.fit(rows, 7).predict(input)).isEqualTo(trainer.fit(rows, 7).predict(input));
  }

  @Test
  void ridge_followsTheHeavierRow_whenTwoContradict() {
    Rows rows = new Rows(new float[][] {{1}, {1}}, new double[] {0, 1}, new double[] {1, 3});

    assertThat(new RidgeTrainer(1).fit(rows, 0).predict(new float[] {1}))
        .isCloseTo(0.75, within(1e-3));
  }

  @Test
  void calibration_findsTheProbabilities_outOfWhichOutcomesWereDrawn() {
    Random random = new Random(5);
    double[] scores = random.doubles(20_000, -1, 1).toArray();
    boolean[] outcomes = new boolean[scores.length];
    double[] weights = new double[scores.length];
    for (int i = 0; i < scores.length; i++) {
      outcomes[i] = random.nextDouble() < 1 / (1 + Math.exp(-(3 * scores[i] - 1)));
      weights[i] = 1;
    }
    Calibration calibration = Calibration.fit(scores, outcomes, weights);

    assertThat(calibration.slope()).isCloseTo(3, within(0.2));
    assertThat(calibration.offset()).isCloseTo(-1, within(0.1));
  }

  @ParameterizedTest
  @MethodSource("trainers")
  void graph_givesTheModelsProbabilities_whenTheRuntimeRunsIt(HeadTrainer trainer) {
    int features = PromptFeatures.names().size();
    Random random = new Random(9);
    float[][] embeddings = floats(random, 60, DIMENSIONS);
    float[][] lexical = floats(random, 60, features);
    InputScaling scaling = InputScaling.fit(lexical);
    Rows rows =
        new Rows(
            new EncodedPrompts(embeddings, lexical).inputs(scaling),
            random.doubles(60).toArray(),
            random.doubles(60, 1, 2).toArray(),
            random.ints(60, 0, 3).toArray());
    HeadModel model = trainer.fit(rows, 3);
    Calibration calibration = new Calibration(2, -0.5);
    ModelFile graph =
        new ModelFile("graph", HeadGraph.write(DIMENSIONS, scaling, model, calibration));
    HeadManifest manifest =
        new HeadManifest(
            "test", graph.sha256(), DIMENSIONS, 128, PromptFeatures.names(), List.of(0.0, 1.0));
    ModelFile manifestFile =
        new ModelFile("manifest", manifest.toJson().getBytes(StandardCharsets.UTF_8));
    try (ComplexityHead head = ComplexityHead.open(graph, manifestFile)) {
      for (int i = 0; i < 60; i++) {
        double expected = calibration.probability(model.predict(rows.inputs()[i]));
        assertThat(head.expectedGain(embeddings[i], lexical[i])).isCloseTo(expected, within(1e-5));
      }
    }
  }

  @Test
  void gate_tellsGroupsApart_andItsProbabilitiesSumToOne() {
    Random random = new Random(4);
    float[][] inputs = floats(random, 300, 3);
    int[] groups = new int[300];
    for (int i = 0; i < 300; i++) {
      groups[i] = i % 3;
      inputs[i][i % 3] += 4;
    }
    double[] alike = new double[300];
    GateModel gate = new GateTrainer(1, 60).fit(new Rows(inputs, alike, alike, groups));
    int right = 0;
    for (int i = 0; i < 300; i++) {
      double[] kinds = gate.probabilities(inputs[i]);
      assertThat(kinds[0] + kinds[1] + kinds[2]).isCloseTo(1, within(1e-9));
      right += kinds[groups[i]] > 0.5 ? 1 : 0;
    }

    assertThat(right).isGreaterThan(280);
  }

  @Test
  void prototypes_giveTheOutcomeOfTheNearestCluster() {
    Random random = new Random(8);
    float[][] inputs = new float[200][];
    double[] targets = new double[200];
    double[] ones = new double[200];
    for (int i = 0; i < 200; i++) {
      boolean left = i % 2 == 0;
      inputs[i] =
          new float[] {
            (left ? -1 : 1) + 0.05f * (float) random.nextGaussian(),
            0.05f * (float) random.nextGaussian()
          };
      targets[i] = left ? 0.2 : 0.8;
      ones[i] = 1;
    }
    HeadModel model = new PrototypeTrainer(8, 0.1, 2, 1).fit(new Rows(inputs, targets, ones), 3);

    assertThat(model.predict(new float[] {-1, 0})).isCloseTo(0.2, within(0.1));
    assertThat(model.predict(new float[] {1, 0})).isCloseTo(0.8, within(0.1));
  }

  @Test
  void mixture_followsTheExpert_whereTheKindIsPlain() {
    int[] groups = new int[400];
    float[][] inputs = new float[400][];
    double[] targets = new double[400];
    double[] ones = new double[400];
    Random random = new Random(6);
    for (int i = 0; i < 400; i++) {
      groups[i] = i % 3;
      float x = (float) random.nextGaussian();
      inputs[i] = new float[] {x, groups[i] == 0 ? 3 : 0, groups[i] == 1 ? 3 : 0, 0};
      // The same input means the opposite in the two measured kinds.
      targets[i] = groups[i] == 0 ? x : groups[i] == 1 ? -x : 0;
      ones[i] = groups[i] == 2 ? 0 : 1;
    }
    HeadModel model = mixture().fit(new Rows(inputs, targets, ones, groups), 1);
    double rising =
        model.predict(new float[] {1, 3, 0, 0}) - model.predict(new float[] {-1, 3, 0, 0});
    double falling =
        model.predict(new float[] {1, 0, 3, 0}) - model.predict(new float[] {-1, 0, 3, 0});

    assertThat(rising).isGreaterThan(0.5);
    assertThat(falling).isLessThan(-0.5);
  }

  private static HeadTrainer mixture() {
    return new MixtureTrainer(
        new RidgeTrainer(0.001),
        new PrototypeTrainer(300, 0.01, DIMENSIONS, 1),
        new GateTrainer(1, 20),
        List.of(0.001));
  }

  private static Rows rows(int count, long seed) {
    Random random = new Random(seed);
    float[][] inputs = floats(random, count, 4);
    double[] targets = new double[count];
    double[] weights = new double[count];
    for (int i = 0; i < count; i++) {
      targets[i] = 0.5 * inputs[i][0] - 0.25 * inputs[i][3] + 0.1;
      weights[i] = 1;
    }
    return new Rows(inputs, targets, weights);
  }

  private static float[][] floats(Random random, int rows, int columns) {
    float[][] values = new float[rows][columns];
    for (float[] row : values) {
      for (int i = 0; i < columns; i++) {
        row[i] = (float) random.nextGaussian();
      }
    }
    return values;
  }
}
