package dev.fairlead.gateway.quality;

import dev.fairlead.gateway.scoring.ScorerClient;
import dev.fairlead.v1.EmbedRequest;
import dev.fairlead.v1.EmbedResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * As good when the two answers do not contradict each other in numbers, names or negation, and
 * their vectors are near; else not. Free. An encoder reads some 200 words, so an answer is cut into
 * pieces and stands for their mean; what comes after the last piece does not count.
 */
public final class EmbeddingJudge implements ReferenceJudge {

  private static final int PIECE_WORDS = 150;
  private static final int MOST_PIECES = 8;
  private static final Pattern SPACES = Pattern.compile("\\s+");

  private final ScorerClient scorer;
  private final double sameAbove;
  private final Duration timeout;

  /**
   * A judge.
   *
   * @param sameAbove cosine from which answers count as equally good
   * @param timeout for the vectors
   */
  public EmbeddingJudge(ScorerClient scorer, double sameAbove, Duration timeout) {
    this.scorer = scorer;
    this.sameAbove = sameAbove;
    this.timeout = timeout;
  }

  @Override
  public void judge(Pair pair, BiConsumer<Double, Long> judged, Consumer<Throwable> failed) {
    if (FactCheck.contradiction(pair).isPresent()) {
      judged.accept(0.0, 0L);
      return;
    }
    List<String> answer = pieces(pair.answer());
    EmbedRequest request =
        EmbedRequest.newBuilder().addAllTexts(answer).addAllTexts(pieces(pair.reference())).build();
    scorer.embed(
        request,
        timeout,
        response -> judged.accept(cosine(response, answer.size()) >= sameAbove ? 1.0 : 0.0, 0L),
        failed);
  }

  /** At least one. */
  private static List<String> pieces(String text) {
    String[] words = SPACES.split(text.strip(), PIECE_WORDS * MOST_PIECES + 1);
    List<String> pieces = new ArrayList<>();
    int end = Math.min(words.length, PIECE_WORDS * MOST_PIECES);
    for (int from = 0; from < end; from += PIECE_WORDS) {
      List<String> piece = Arrays.asList(words).subList(from, Math.min(end, from + PIECE_WORDS));
      pieces.add(String.join(" ", piece));
    }
    return pieces;
  }

  /** Of the mean of the first {@code answer} vectors and that of the others. */
  private static double cosine(EmbedResponse response, int answer) {
    int all = response.getEmbeddingsCount();
    double[] one = sum(response, 0, answer);
    double[] other = sum(response, answer, all);
    double lengths = Math.sqrt(dot(one, one) * dot(other, other));
    return lengths == 0 ? 0 : dot(one, other) / lengths;
  }

  private static double[] sum(EmbedResponse response, int from, int to) {
    double[] sum = new double[response.getEmbeddings(from).getValuesCount()];
    for (int k = from; k < to; k++) {
      for (int i = 0; i < sum.length; i++) {
        sum[i] += response.getEmbeddings(k).getValues(i);
      }
    }
    return sum;
  }

  private static double dot(double[] one, double[] other) {
    double sum = 0;
    for (int i = 0; i < one.length; i++) {
      sum += one[i] * other[i];
    }
    return sum;
  }
}
