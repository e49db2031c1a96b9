package dev.fairlead.cache.verify;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * The judge that needs no encoder: short answers must be equal once case, punctuation and spacing
 * are gone; longer ones must share most of their content words (Dice coefficient of the two bags)
 * and not contradict each other in a number or name. It errs towards "different", which costs hits,
 * not correctness.
 */
public final class OverlapJudge implements AnswerJudge {

  private static final double SHARED = 0.6;

  @Override
  public CompletableFuture<Boolean> same(String kept, String fresh) {
    AnswerPair pair = AnswerPair.of(kept, fresh);
    return CompletableFuture.completedFuture(
        pair.isShort()
            ? pair.equal()
            : dice(content(pair.keptWords()), content(pair.freshWords())) >= SHARED
                && !Contradiction.between(kept, fresh));
  }

  private static Map<String, Integer> content(List<String> words) {
    Map<String, Integer> counts = new HashMap<>();
    for (String word : words) {
      if (!Words.FUNCTION_WORDS.contains(word)) {
        counts.merge(word, 1, Integer::sum);
      }
    }
    return counts;
  }

  private static double dice(Map<String, Integer> a, Map<String, Integer> b) {
    int shared =
        a.entrySet().stream()
            .mapToInt(e -> Math.min(e.getValue(), b.getOrDefault(e.getKey(), 0)))
            .sum();
    int total = sum(a) + sum(b);
    return total == 0 ? 0 : 2.0 * shared / total;
  }

  private static int sum(Map<String, Integer> counts) {
    return counts.values().stream().mapToInt(Integer::intValue).sum();
  }
}
