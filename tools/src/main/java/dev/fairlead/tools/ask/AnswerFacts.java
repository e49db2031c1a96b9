package dev.fairlead.tools.ask;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.net.http.HttpHeaders;
import java.time.Duration;

/**
 * What the gateway said about an answer. A value it did not tell is {@code -}.
 *
 * @param cost USD, plain decimal
 * @param saved USD against the baseline
 * @param cache as in {@code X-Fairlead-Cache}
 * @param complexity 0..1
 * @param latency from sending the request to the end of the answer
 */
record AnswerFacts(
    String model, String cost, String saved, String cache, String complexity, Duration latency) {

  /**
   * @param streamed the {@code fairlead} object of a stream's last chunk, for what was not known
   *     when the headers were sent; missing where there was none
   */
  static AnswerFacts of(HttpHeaders headers, JsonNode streamed, Duration latency) {
    return new AnswerFacts(
        value(headers, "x-model-used", streamed, "model"),
        value(headers, "x-query-cost", streamed, "cost_usd"),
        value(headers, "x-fairlead-saved", streamed, "saved_usd"),
        value(headers, "x-fairlead-cache", streamed, "cache"),
        value(headers, "x-fairlead-complexity", streamed, "complexity"),
        latency);
  }

  static AnswerFacts of(HttpHeaders headers, Duration latency) {
    return of(headers, MissingNode.getInstance(), latency);
  }

  /** One line for the terminal. */
  String line() {
    return "model %s, cost %s, saved %s, cache %s, complexity %s, latency %d ms"
        .formatted(model, dollars(cost), dollars(saved), cache, complexity, latency.toMillis());
  }

  private static String value(HttpHeaders headers, String header, JsonNode streamed, String field) {
    JsonNode late = streamed.path(field);
    if (late.isNumber()) {
      return late.decimalValue().toPlainString();
    }
    return late.isTextual() ? late.asText() : headers.firstValue(header).orElse("-");
  }

  private static String dollars(String amount) {
    return amount.equals("-") ? amount : amount + " USD";
  }
}
