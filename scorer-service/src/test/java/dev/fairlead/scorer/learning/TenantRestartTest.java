package dev.fairlead.scorer.learning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.onnx.features.PromptFeatures;
import dev.fairlead.onnx.learning.LabelledPrompt;
import dev.fairlead.onnx.learning.TrafficLabel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TenantRestartTest {

  private static final int CAPACITY = 200;
  private static final LabelledPrompt ASKED = label(-1, false).prompt();

  @TempDir private Path folder;

  private HeadFile file;
  private TenantLearning tenant = new TenantLearning(CAPACITY);
  private TenantLearning.Outcome last = TenantLearning.Outcome.LEARNED;
  private int taught;

  @BeforeEach
  void begin() {
    file = new HeadFile(folder, "encoder/1");
  }

  @Test
  void head_isTheSameAgain_withItsVersion_andNoTrial() throws Exception {
    teach(TenantLearning.FIRST_TRIAL + 10, true);
    double expected = expected();
    restart();

    assertThat(last).isEqualTo(TenantLearning.Outcome.LEARNED);
    assertThat(tenant.lastTrial()).isNull();
    assertThat(version()).isEqualTo(1);
    assertThat(expected()).isEqualTo(expected);
  }

  @Test
  void nextTrial_isWhenItWouldHaveBeen_andItsVersionFollows() throws Exception {
    teach(TenantLearning.FIRST_TRIAL + 10, true);
    restart();
    teach(TenantLearning.STEP_IN_USE - 11, true);
    assertThat(version()).isEqualTo(1);
    teach(1, true);

    assertThat(version()).isEqualTo(2);
    restart();
    assertThat(version()).isEqualTo(2);
  }

  @Test
  void evidenceAgainstAHead_countsOn() throws Exception {
    teach(TenantLearning.FIRST_TRIAL, true);
    teach(HeadWatch.FIRST / 2, false);
    restart();
    teach(HeadWatch.FIRST / 2 - 1, false);
    assertThat(last).isEqualTo(TenantLearning.Outcome.LEARNED);
    teach(1, false);

    assertThat(last).isEqualTo(TenantLearning.Outcome.ROLLED_BACK);
  }

  @Test
  void head_isNotBack_whenItWasRolledBack_untilThereIsNewEvidence() throws Exception {
    teach(TenantLearning.FIRST_TRIAL, true);
    teach(HeadWatch.FIRST, false);
    restart();
    assertThat(tenant.active()).isNull();
    teach(TenantLearning.FIRST_TRIAL - 1, true);
    restart();
    assertThat(tenant.active()).isNull();
    assertThat(tenant.lastTrial()).isNull();
    teach(1, true);

    assertThat(tenant.lastTrial()).isNotNull();
    teach(CAPACITY, true);
    assertThat(version()).isGreaterThan(1);
  }

  @Test
  void rollBack_isMadeUpFor_whenTheProcessEndedBeforeItWasKept() throws Exception {
    teach(TenantLearning.FIRST_TRIAL, true);
    SavedHead promoted = tenant.saved();
    teach(HeadWatch.FIRST, false);
    file.write("acme", promoted);
    restart();

    assertThat(last).isEqualTo(TenantLearning.Outcome.ROLLED_BACK);
    assertThat(tenant.active()).isNull();
  }

  @Test
  void labels_areTriedAnew_andNoVersionIsGivenTwice_whenTheFileIsDamaged() throws Exception {
    teach(TenantLearning.FIRST_TRIAL, true);
    Path kept;
    try (Stream<Path> files = Files.list(folder.resolve("heads"))) {
      kept = files.findFirst().orElseThrow();
    }
    Files.writeString(kept, Files.readString(kept).replace("\"version\":1", "\"version\":7"));

    assertThatThrownBy(() -> file.read("acme")).isInstanceOf(IOException.class);
    Files.writeString(kept, "");
    assertThatThrownBy(() -> file.read("acme")).isInstanceOf(IOException.class);
    TenantLearning again = new TenantLearning(CAPACITY);
    assertThat(again.restoreWithoutHead(earlier())).isEqualTo(TenantLearning.Outcome.PROMOTED);
    assertThat(Objects.requireNonNull(again.active()).version()).isGreaterThan(1);
  }

  @Test
  void headOfAnotherEncoder_isNotUsed_butItsVersionIsTaken() throws Exception {
    teach(TenantLearning.FIRST_TRIAL, true);
    file = new HeadFile(folder, "encoder/2");
    SavedHead saved = Objects.requireNonNull(file.read("acme"));

    assertThat(saved.fit()).isNull();
    assertThat(saved.version()).isEqualTo(1);
    assertThat(file.tenants(10)).containsExactly("acme");
    assertThat(file.tenants(0)).isEmpty();
    assertThat(file.read("other")).isNull();
  }

  private void teach(int labels, boolean againstThePrior) {
    for (int i = 0; i < labels; i++) {
      last = tenant.learn(label(taught++, againstThePrior));
      if (last == TenantLearning.Outcome.PROMOTED || last == TenantLearning.Outcome.ROLLED_BACK) {
        file.write("acme", tenant.saved());
      }
    }
  }

  private void restart() throws IOException {
    LabelFile.Earlier earlier = earlier();
    tenant = new TenantLearning(CAPACITY);
    last = tenant.restore(earlier, file.read("acme"));
  }

  private LabelFile.Earlier earlier() {
    return new LabelFile.Earlier(List.copyOf(tenant.labels()), tenant.taken());
  }

  private int version() {
    return Objects.requireNonNull(tenant.active()).version();
  }

  private double expected() {
    ActiveHead head = Objects.requireNonNull(tenant.active());
    double score = head.head().expectedGain(ASKED.embedding(), ASKED.features(), ASKED.prior());
    return head.quantiles().quantileOf(score) + head.scale().gain(score);
  }

  /** Of one of two topics; the prior is wrong about both, or right. */
  private static TrafficLabel label(int number, boolean againstThePrior) {
    boolean hard = number % 2 == 0;
    Random random = new Random(number);
    float[] embedding = new float[8];
    for (int i = 0; i < embedding.length; i++) {
      embedding[i] = (i == (hard ? 0 : 7) ? 1 : 0) + 0.1f * (float) random.nextGaussian();
    }
    float[] features = PromptFeatures.of("Which number is " + number + "?");
    double prior = (hard ? 0.2 : 0.6) + 0.05 * random.nextDouble();
    double gain = hard == againstThePrior ? 1 : 0;
    return new TrafficLabel(new LabelledPrompt(embedding, features, prior, gain), 1, "test");
  }
}
