package dev.fairlead.gateway.quality;

import dev.fairlead.gateway.scoring.ScorerClient;
import dev.fairlead.v1.EmbedRequest;
import dev.fairlead.v1.EmbedResponse;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * As good when the vectors of the two answers are near, else not. Free, and blind to a wrong number
 * or name in otherwise equal words: a lower bound of what a judging model would find.
 */
public final class EmbeddingJudge implements ReferenceJudge {

  private final ScorerClient scorer;
  private final double sameAbove;

  /**
   * A judge.
   *
   * @param sameAbove cosine from which answers count as equally good
   */
  public EmbeddingJudge(ScorerClient scorer, double sameAbove) {
    this.scorer = scorer;
    this.sameAbove = sameAbove;
  }

  @Override
  public void judge(Pair pair, BiConsumer<Double, Long> judged, Consumer<Throwable> failed) {
    EmbedRequest request =
        EmbedRequest.newBuilder().addTexts(pair.answer()).addTexts(pair.reference()).build();
    scorer.embed(
        request, response -> judged.accept(cosine(response) >= sameAbove ? 1.0 : 0.0, 0L), failed);
  }

  /** Of unit vectors. */
  private static double cosine(EmbedResponse response) {
    List<Float> one = response.getEmbeddings(0).getValuesList();
    List<Float> other = response.getEmbeddings(1).getValuesList();
    double sum = 0;
    for (int i = 0; i < one.size(); i++) {
      sum += one.get(i) * other.get(i);
    }
    return sum;
  }
}
