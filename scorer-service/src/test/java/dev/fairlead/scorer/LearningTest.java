package dev.fairlead.scorer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.fairlead.onnx.complexity.PromptAnalysis;
import dev.fairlead.onnx.encoder.Embedding;
import dev.fairlead.onnx.features.PromptFeatures;
import dev.fairlead.onnx.learning.LabelCodec;
import dev.fairlead.onnx.learning.LabelSpool;
import dev.fairlead.onnx.learning.LabelledPrompt;
import dev.fairlead.onnx.learning.TrafficLabel;
import dev.fairlead.v1.AnalyzeRequest;
import dev.fairlead.v1.AnalyzeResponse;
import dev.fairlead.v1.GetModelInfoResponse;
import dev.fairlead.v1.LabelOrigin;
import dev.fairlead.v1.LearnRequest;
import dev.fairlead.v1.LearnResponse;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Labels by gRPC, to a head of the tenant's own, to the complexity that its next text gets. */
class LearningTest {

  private static final Duration LONG = Duration.ofSeconds(60);

  @TempDir private Path folder;

  @Test
  void tenant_getsAHeadOfItsOwn_whichTheOthersDoNot_andWhichOutlivesTheProcess() throws Exception {
    try (ScorerHarness harness = start()) {
      assertThat(analyze(harness, "acme", "tax 1000").getHeadVersion()).isEqualTo("test-1");
      teach(harness, "acme", 100, true);
      await().atMost(LONG).until(() -> owns(harness, "acme"));

      assertThat(analyze(harness, "acme", "tax 51").getComplexity()).isGreaterThan(0.5);
      assertThat(analyze(harness, "acme", "poem 50").getComplexity()).isLessThan(0.5);
      assertThat(analyze(harness, "acme", "tax 1000").getHeadVersion()).isEqualTo("test-1+own.1");
      assertThat(analyze(harness, "other", "tax 1000").getComplexity()).isEqualTo(0.1);
      assertThat(analyze(harness, "", "tax 1000").getComplexity()).isEqualTo(0.1);
      assertThat(harness.meters.counter("llm.router.scorer.heads", "outcome", "promoted").count())
          .isEqualTo(1);
      assertThat(harness.meters.counter("llm.router.scorer.labels", "origin", "feedback").count())
          .isEqualTo(100);
    }
    try (ScorerHarness again = start()) {
      await().atMost(LONG).until(() -> owns(again, "acme"));

      assertThat(analyze(again, "acme", "tax 51").getComplexity()).isGreaterThan(0.5);
      assertThat(analyze(again, "acme", "tax 1000").getHeadVersion()).isEqualTo("test-1+own.1");
      assertThat(again.meters.find("llm.router.scorer.heads").counters()).isEmpty();
    }
    assertThat(folder.resolve("routing-labels.jsonl")).content().doesNotContain("poem", "tax");
  }

  @Test
  void complexity_isTheQuantileInWhatIsAsked_notInWhatIsLabelled() throws Exception {
    try (ScorerHarness harness = start()) {
      learn(harness, "acme", "tax 1", 1);
      for (int i = 0; i < 200; i++) {
        analyze(harness, "acme", (i % 10 == 0 ? "poem asked " : "tax asked ") + i);
      }
      teach(harness, "acme", 99, true);
      await().atMost(LONG).until(() -> owns(harness, "acme"));

      // One in ten prompts is a poem, and every other label is of one.
      double complexity = 0;
      for (int i = 0; i < 20; i++) {
        complexity += analyze(harness, "acme", "poem asked " + (1_000 + i)).getComplexity() / 20;
      }
      assertThat(complexity).isLessThan(0.15);
    }
  }

  @Test
  void prior_isBack_whenTheHeadTurnsOutWorse() throws Exception {
    try (ScorerHarness harness = start()) {
      teach(harness, "acme", 100, true);
      await().atMost(LONG).until(() -> owns(harness, "acme"));
      // From now on the prior is right.
      teach(harness, "acme", 60, false);
      await()
          .atMost(LONG)
          .until(() ->
              harness.meters.counter("llm.router.scorer.heads", "outcome", "rolled_back").count()
                  == 1);

      assertThat(owns(harness, "acme")).isFalse();
      assertThat(analyze(harness, "acme", "poem 1000").getComplexity()).isEqualTo(0.9);
    }
  }

  @Test
  void prior_stays_overARestart_andTheNextHeadHasAnotherVersion() throws Exception {
    try (ScorerHarness harness = start()) {
      teach(harness, "acme", 100, true);
      await().atMost(LONG).until(() -> owns(harness, "acme"));
      teach(harness, "acme", 40, false);
      await().atMost(LONG).until(() -> !owns(harness, "acme"));
    }
    Files.delete(folder.resolve("routing-labels.jsonl"));
    try (ScorerHarness again = start()) {
      teach(again, "acme", 99, true);
      await().atMost(LONG).until(() -> learn(again, "acme", "tax 99", 1).getLabels() > 98);
      await().atMost(LONG).until(() -> owns(again, "acme"));

      assertThat(analyze(again, "acme", "tax 1000").getHeadVersion()).isEqualTo("test-1+own.2");
    }
  }

  @Test
  void head_isLearnedAnew_whenItsFileIsDamaged() throws Exception {
    try (ScorerHarness harness = start()) {
      teach(harness, "acme", 100, true);
      await().atMost(LONG).until(() -> owns(harness, "acme"));
    }
    try (Stream<Path> files = Files.list(folder.resolve("heads"))) {
      Files.writeString(files.findFirst().orElseThrow(), "{");
    }
    try (ScorerHarness again = start()) {
      await().atMost(LONG).until(() -> owns(again, "acme"));

      assertThat(analyze(again, "acme", "tax 51").getHeadVersion()).isEqualTo("test-1+own.101");
    }
  }

  @Test
  void head_isNotPromoted_whenLabelsAreLuck() throws Exception {
    try (ScorerHarness harness = start()) {
      Random random = new Random(3);
      for (int i = 0; i < 100; i++) {
        learn(harness, "acme", (i % 2 == 0 ? "tax " : "poem ") + i, random.nextInt(2));
      }
      await()
          .atMost(LONG)
          .until(() ->
              harness.meters.counter("llm.router.scorer.heads", "outcome", "kept").count() == 1);

      assertThat(owns(harness, "acme")).isFalse();
    }
  }

  @Test
  void learning_beginsAnew_whenTheFileIsDamaged() throws Exception {
    Files.writeString(folder.resolve("routing-labels.jsonl"), "{\"version\":1,\n\0\n[]\n");
    try (ScorerHarness harness = start()) {
      LearnResponse first = learn(harness, "acme", "tax 1", 1);

      assertThat(first.getAccepted()).isTrue();
      assertThat(first.getLabels()).isZero();
      await().atMost(LONG).until(() -> learn(harness, "acme", "tax 2", 1).getLabels() > 0);
    }
  }

  @Test
  void head_learnsFromImports_whichCameBeforeOrWhileItRuns_andSurviveARestart() throws Exception {
    LabelCodec codec = new LabelCodec("topics/128/test-1");
    LabelSpool spool = new LabelSpool(folder, codec);
    spool.put(imported("acme", 120));
    try (ScorerHarness harness = start()) {
      await().atMost(LONG).until(() -> owns(harness, "acme"));
      spool.put(imported("later", 100));
      await().atMost(LONG).until(() -> owns(harness, "later"));

      assertThat(harness.meters.counter("llm.router.scorer.labels", "origin", "import").count())
          .isEqualTo(220);
    }
    try (ScorerHarness again = start()) {
      await().atMost(LONG).until(() -> owns(again, "acme") && owns(again, "later"));
    }
  }

  @Test
  void imports_areKeptAside_whenTheyAreOfAnotherEncoder() throws Exception {
    new LabelSpool(folder, new LabelCodec("else/1")).put(imported("acme", 120));
    try (ScorerHarness harness = start()) {
      await()
          .atMost(LONG)
          .until(() -> {
            try (Stream<Path> files = Files.list(folder.resolve("imports"))) {
              return files.allMatch(file -> file.toString().endsWith(".jsonl.refused"));
            }
          });

      assertThat(owns(harness, "acme")).isFalse();
    }
  }

  /** What the import makes of texts: here of those that this test's scorer knows. */
  private static List<LabelCodec.Line> imported(String tenant, int labels) {
    TopicScorer scorer = new TopicScorer();
    return IntStream.range(0, labels)
        .mapToObj(i -> {
          boolean tax = i % 2 == 0;
          PromptAnalysis analysis = scorer.analyze((tax ? "tax " : "poem ") + i);
          return new LabelCodec.Line(
              tenant,
              new TrafficLabel(
                  new LabelledPrompt(
                      analysis.embedding().values(),
                      analysis.features(),
                      analysis.expectedGain(),
                      tax ? 1 : 0),
                  1,
                  "import"));
        })
        .toList();
  }

  @Test
  void labels_areNotTaken_whenLearningIsOff() throws Exception {
    try (ScorerHarness harness =
        ScorerHarness.start(new TopicScorer(), "{ learning_labels: 0, learning_dir: off }")) {
      assertThat(learn(harness, "acme", "tax 1", 1).getAccepted()).isFalse();
    }
  }

  @ParameterizedTest
  @CsvSource({"'',tax,0,tenant", "acme,' ',0,text", "acme,tax,2,gain", "acme,tax,NaN,gain"})
  void label_isRefused_whenItIsOutOfRange(String tenant, String text, double gain, String param)
      throws Exception {
    try (ScorerHarness harness = start()) {
      assertThatThrownBy(() -> learn(harness, tenant, text, gain))
          .isInstanceOf(StatusRuntimeException.class)
          .hasMessageContaining(param);
    }
  }

  private ScorerHarness start() throws IOException {
    return ScorerHarness.start(
        new TopicScorer(), "{ learning_labels: 200, learning_dir: '" + folder + "' }");
  }

  /** The prior thinks that poems are hard and taxes easy; the labels say so or the contrary. */
  private static void teach(
      ScorerHarness harness, String tenant, int labels, boolean againstThePrior) {
    for (int i = 0; i < labels; i++) {
      boolean tax = i % 2 == 0;
      learn(harness, tenant, (tax ? "tax " : "poem ") + i, tax == againstThePrior ? 1 : 0);
    }
  }

  private static LearnResponse learn(
      ScorerHarness harness, String tenant, String text, double gain) {
    return harness
        .blocking()
        .learn(
            LearnRequest.newBuilder()
                .setTenant(tenant)
                .setText(text)
                .setGain(gain)
                .setOrigin(LabelOrigin.LABEL_ORIGIN_FEEDBACK)
                .build());
  }

  private static boolean owns(ScorerHarness harness, String tenant) {
    return analyze(harness, tenant, "tax 1000").getHeadVersion().contains("+own.");
  }

  private static AnalyzeResponse analyze(ScorerHarness harness, String tenant, String text) {
    return harness
        .blocking()
        .analyze(AnalyzeRequest.newBuilder().setTenant(tenant).setText(text).build());
  }

  /** Knows two topics, and a prior that is the wrong way round. */
  private static final class TopicScorer implements TextScorer {

    @Override
    public PromptAnalysis analyze(String text) {
      boolean tax = text.startsWith("tax");
      return new PromptAnalysis(
          tax ? 0.1 : 0.9, tax ? 0.2 : 0.6, PromptFeatures.of(text), embed(text));
    }

    @Override
    public Embedding embed(String text) {
      Random random = new Random(text.hashCode());
      float[] values = new float[8];
      double squares = 0;
      for (int i = 0; i < values.length; i++) {
        boolean main = i == (text.startsWith("tax") ? 0 : 7);
        values[i] = (main ? 1 : 0) + 0.1f * (float) random.nextGaussian();
        squares += values[i] * values[i];
      }
      for (int i = 0; i < values.length; i++) {
        values[i] /= (float) Math.sqrt(squares);
      }
      return new Embedding(values, 3, false);
    }

    @Override
    public GetModelInfoResponse modelInfo() {
      return GetModelInfoResponse.newBuilder()
          .setDimensions(8)
          .setModelFingerprint("topics/128")
          .setHeadVersion("test-1")
          .build();
    }

    @Override
    public String embedFingerprint() {
      return "topics/256";
    }

    @Override
    public void close() {}
  }
}
