package dev.fairlead.cache.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.cache.store.Embedding;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class SimilarityJudgeTest {

  private static final String EGGS = "boil the fresh eggs in salted water for eight minutes ";
  private static final String CARS = "change the oil of the engine every ten thousand miles ";

  /** Tells texts about eggs from others. */
  private static final class FakeEncoder implements TextEncoder {
    final List<List<String>> calls = new ArrayList<>();
    boolean away;

    @Override
    public CompletableFuture<List<Embedding>> encode(List<String> texts) {
      calls.add(texts);
      return away
          ? CompletableFuture.failedFuture(new IllegalStateException("away"))
          : CompletableFuture.completedFuture(texts.stream().map(FakeEncoder::vector).toList());
    }

    private static Embedding vector(String text) {
      return text.contains("egg") ? Embedding.of(1, 0.1f) : Embedding.of(0.1f, 1);
    }
  }

  private final FakeEncoder encoder = new FakeEncoder();
  private final AnswerJudge judge = new SimilarityJudge(encoder, 0.9, new EqualityJudge());

  private boolean same(String kept, String fresh) {
    return judge.same(kept, fresh).join();
  }

  @Test
  void shortAnswers_mustBeEqual_andNeedNoEncoder() {
    assertThat(same("Paris", "paris.")).isTrue();
    assertThat(same("Boil the eggs.", "Boil eggs.")).isFalse();
    assertThat(encoder.calls).isEmpty();
  }

  @Test
  void longAnswers_areTheSame_whenTheirVectorsAreNear() {
    String kept = EGGS.repeat(8);
    assertThat(same(kept, "as I said, " + kept)).isTrue();
    assertThat(same(kept, CARS.repeat(8))).isFalse();
  }

  @Test
  void longAnswers_differ_whenTheyContradictEachOther_howeverNearTheyAre() {
    String kept = EGGS.repeat(8);
    assertThat(same(kept, kept.replaceFirst("eight", "nine"))).isFalse();
    assertThat(encoder.calls).isEmpty();
  }

  @Test
  void longAnswers_differ_whenOnlyTheirBeginningsAgree() {
    assertThat(same(EGGS.repeat(15), EGGS.repeat(15) + CARS.repeat(45))).isFalse();
  }

  @Test
  void answers_areCutIntoAFewPieces_howeverLongTheyAre() {
    assertThat(same(EGGS.repeat(2_000), "well, " + EGGS.repeat(2_000))).isTrue();
    assertThat(encoder.calls.getFirst()).hasSize(16);
  }

  @Test
  void otherJudge_decides_whenTheEncoderIsAway() {
    encoder.away = true;
    assertThat(same(EGGS.repeat(8), "well, " + EGGS.repeat(8))).isFalse();
    assertThat(encoder.calls).hasSize(1);
  }
}
