package dev.fairlead.tools.train;

import java.util.List;
import java.util.Map;

/**
 * A benchmark whose licence permits that it trains what is shipped, with what the data card must
 * say of it.
 *
 * @param file name of its file in the data folder
 */
record TrainingSource(String name, String file, String origin, String licence, String attribution) {

  /** Everything that trains the shipped head. Others may be measured, never trained on. */
  static final List<TrainingSource> ALL =
      List.of(
          new TrainingSource(
              "mmlu",
              "routing_mmlu.jsonl.gz",
              "lm-sys/RouteLLM, routellm/evals/mmlu/responses (gpt-4-1106-preview,"
                  + " Mixtral-8x7B-Instruct-v0.1)",
              "Apache-2.0 (MMLU: MIT)",
              "I. Ong et al., RouteLLM, 2024; D. Hendrycks et al., Measuring Massive Multitask"
                  + " Language Understanding, 2021"),
          new TrainingSource(
              "gsm8k",
              "routing_gsm8k.jsonl.gz",
              "lm-sys/RouteLLM, routellm/evals/gsm8k (gpt-4-1106-preview,"
                  + " Mixtral-8x7B-Instruct-v0.1)",
              "Apache-2.0 (GSM8K: MIT)",
              "I. Ong et al., RouteLLM, 2024; K. Cobbe et al., Training Verifiers to Solve Math"
                  + " Word Problems, 2021"),
          new TrainingSource(
              "ulab",
              "routing_ulab.jsonl.gz",
              "ulab-uiuc/LLMRouter, data/dcrouter_preprocessed (llama-3.1-nemotron-51b, mistral-7b,"
                  + " 7 more; 14 tasks)",
              "MIT",
              "ulab-uiuc, LLMRouter"));

  private static final List<String> QUALITY_TIER =
      List.of("llama-3.1-nemotron-51b-instruct", "llama-3.3-nemotron-super-49b-v1");
  private static final List<String> CHEAP_TIER =
      List.of(
          "mistral-7b-instruct-v0.3",
          "llama-3.1-8b-instruct",
          "qwen2.5-7b-instruct",
          "gemma-2-9b-it",
          "llama3-chatqa-1.5-8b",
          "codegemma-7b");

  /**
   * What the head learns of an example: its gain, and where more models were measured, half of that
   * and half of the difference between the two tiers' means, because one pair's single answers are
   * noisy.
   */
  static double target(RoutingExample example) {
    Map<String, Double> scores = example.scores();
    if (!scores.keySet().containsAll(QUALITY_TIER) || !scores.keySet().containsAll(CHEAP_TIER)) {
      return example.gain();
    }
    return 0.5 * example.gain() + 0.5 * (mean(scores, QUALITY_TIER) - mean(scores, CHEAP_TIER));
  }

  /** A source's place in {@link #ALL}; the place after them is that of our own prompts. */
  static int group(String source) {
    for (int i = 0; i < ALL.size(); i++) {
      if (ALL.get(i).name().equals(source)) {
        return i;
      }
    }
    throw new IllegalArgumentException(
        source + ": not a source that may train (expected: one of TrainingSource.ALL)");
  }

  private static double mean(Map<String, Double> scores, List<String> models) {
    return models.stream().mapToDouble(scores::get).average().orElseThrow();
  }
}
