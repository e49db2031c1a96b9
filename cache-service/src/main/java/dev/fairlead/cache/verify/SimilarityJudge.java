package dev.fairlead.cache.verify;

import dev.fairlead.cache.store.Embedding;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * The default judge: short answers must be equal once case, punctuation and spacing are gone;
 * longer ones must be near each other as vectors and not contradict each other in a number or name.
 * An encoder reads some 200 words, so an answer is cut into pieces and stands for their mean; what
 * comes after the last piece does not count. While the encoder is away another judge decides.
 */
public final class SimilarityJudge implements AnswerJudge {

  private static final int PIECE_WORDS = 150;
  private static final int MAX_PIECES = 8;

  private final TextEncoder encoder;
  private final double least;
  private final AnswerJudge otherwise;

  /**
   * A judge over an encoder.
   *
   * @param least cosine from which on two long answers are the same, 0 to 1
   * @param otherwise decides on long answers while the encoder does not answer
   */
  public SimilarityJudge(TextEncoder encoder, double least, AnswerJudge otherwise) {
    this.encoder = encoder;
    this.least = least;
    this.otherwise = otherwise;
  }

  @Override
  public CompletableFuture<Boolean> same(String kept, String fresh) {
    AnswerPair pair = AnswerPair.of(kept, fresh);
    if (pair.isShort() || pair.equal()) {
      return CompletableFuture.completedFuture(pair.equal());
    }
    if (Contradiction.between(kept, fresh)) {
      return CompletableFuture.completedFuture(false);
    }
    List<String> keptPieces = pieces(pair.keptWords());
    List<String> freshPieces = pieces(pair.freshWords());
    List<String> all = new ArrayList<>(keptPieces);
    all.addAll(freshPieces);
    return encoder
        .encode(all)
        .thenApply(vectors -> {
          Embedding a = mean(vectors.subList(0, keptPieces.size()));
          Embedding b = mean(vectors.subList(keptPieces.size(), all.size()));
          return a.cosine(b) >= least;
        })
        .exceptionallyCompose(error -> otherwise.same(kept, fresh));
  }

  private static List<String> pieces(List<String> words) {
    List<String> pieces = new ArrayList<>();
    for (int from = 0; from < words.size() && pieces.size() < MAX_PIECES; from += PIECE_WORDS) {
      int to = Math.min(words.size(), from + PIECE_WORDS);
      pieces.add(String.join(" ", words.subList(from, to)));
    }
    return pieces;
  }

  private static Embedding mean(List<Embedding> vectors) {
    float[] sum = new float[vectors.getFirst().dimension()];
    for (Embedding vector : vectors) {
      float[] values = vector.toArray();
      for (int i = 0; i < sum.length; i++) {
        sum[i] += values[i];
      }
    }
    return Embedding.of(sum);
  }
}
