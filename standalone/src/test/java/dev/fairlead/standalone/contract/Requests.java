package dev.fairlead.standalone.contract;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Bodies of requests. Every prompt gets a word that no other has, so that cases do not meet in the
 * cache.
 */
final class Requests {

  /** A prompt that any model answers well. */
  static final String EASY = "What is the capital of France?";

  /** A prompt that wants the strongest model. */
  static final String HARD =
      """
      Prove that every finite group of odd order whose Sylow subgroups are all cyclic is metacyclic, then derive the \
      asymptotic number of such groups of order at most x, state each lemma with its proof, discuss where the argument \
      fails for even order with an explicit counterexample, and implement an algorithm in Rust that enumerates them up \
      to isomorphism with an analysis of its worst-case complexity and memory use.\
      """;

  private static final AtomicLong NEXT = new AtomicLong(System.nanoTime());

  private Requests() {}

  /** A word that was never used before. */
  static String unique() {
    return "w" + Long.toString(NEXT.incrementAndGet(), 36);
  }

  /** A chat body. */
  static String chat(String model, String prompt) {
    return chat(model, prompt, "");
  }

  /** A chat body with further members, each beginning with a comma. */
  static String chat(String model, String prompt, String further) {
    String message = "{\"role\":\"user\",\"content\":" + quoted(prompt) + "}";
    return "{\"model\":\"" + model + "\",\"messages\":[" + message + "]" + further + "}";
  }

  /** A streamed chat body. */
  static String stream(String model, String prompt) {
    return chat(model, prompt, ",\"stream\":true");
  }

  static String quoted(String text) {
    return JsonNodeFactory.instance.textNode(text).toString();
  }
}
