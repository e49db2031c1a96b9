package dev.fairlead.gateway.pipeline;

import dev.fairlead.v1.Attempt;
import java.util.List;
import java.util.function.Supplier;

/**
 * What came of an answer before it was cut.
 *
 * @param modelId catalogue id of the model that was tried last
 * @param number of that try, from 1
 * @param ended tries whose end was told
 * @param contentEvents events that held content, about one a token
 * @param text the content; empty when it was too long to keep
 */
record Heard(
    String modelId, int number, List<Attempt> ended, long contentEvents, Supplier<String> text) {

  static Heard nothing(String modelId) {
    return new Heard(modelId, 1, List.of(), 0, () -> "");
  }
}
