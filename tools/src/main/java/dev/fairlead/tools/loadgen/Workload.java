package dev.fairlead.tools.loadgen;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** The bodies that are sent, written once, and the order they are sent in. Not thread-safe. */
final class Workload {

  private final List<byte[]> bodies;
  private final SplittableRandom random;

  private Workload(List<byte[]> bodies, long seed) {
    this.bodies = bodies;
    this.random = new SplittableRandom(seed);
  }

  /**
   * What every request asks for.
   *
   * @param maxTokens longest answer; 0 for none
   */
  record Wish(String model, @Nullable String policy, boolean stream, int maxTokens) {

    byte[] body(String prompt) {
      ObjectNode body = JsonNodeFactory.instance.objectNode();
      body.put("model", model);
      body.putArray("messages").addObject().put("role", "user").put("content", prompt);
      if (maxTokens > 0) {
        body.put("max_tokens", maxTokens);
      }
      if (stream) {
        body.put("stream", true);
        body.putObject("stream_options").put("include_usage", true);
      }
      if (policy != null) {
        body.putObject("fairlead").put("policy", policy);
      }
      return body.toString().getBytes(StandardCharsets.UTF_8);
    }
  }

  /**
   * @param prompts at least one
   * @param seed the same seed gives the same order
   */
  static Workload of(List<String> prompts, Wish wish, long seed) {
    return new Workload(prompts.stream().map(wish::body).toList(), seed);
  }

  /** The next request's body: one of all, each as likely. Not to be changed. */
  byte[] next() {
    return bodies.size() == 1 ? bodies.getFirst() : bodies.get(random.nextInt(bodies.size()));
  }
}
