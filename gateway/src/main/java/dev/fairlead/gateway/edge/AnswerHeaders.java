package dev.fairlead.gateway.edge;

import com.linecorp.armeria.common.ResponseHeadersBuilder;
import dev.fairlead.gateway.pipeline.AnswerHead;
import dev.fairlead.gateway.pipeline.Settlement;
import dev.fairlead.gateway.routing.Usd;
import java.util.Map;

/** The response headers of DESIGN section 4. */
final class AnswerHeaders {

  private static final double NANOS_PER_MILLI = 1e6;

  private AnswerHeaders() {}

  /** What is known when an answer begins. */
  static void begin(ResponseHeadersBuilder headers, AnswerHead head) {
    headers
        .set("x-request-id", head.requestId())
        .set("x-model-used", head.modelId())
        .set("x-fairlead-cache", head.cache().label())
        .set("x-fairlead-policy", head.policy())
        .set("x-fairlead-reason", head.reason())
        .set("x-fairlead-attempts", Integer.toString(head.attempts()))
        .set("x-fairlead-overhead-ms", decimal(head.overheadNanos() / NANOS_PER_MILLI));
    if (head.complexity().isPresent()) {
      headers.set("x-fairlead-complexity", decimal(head.complexity().getAsDouble()));
    }
    if (head.similarity().isPresent()) {
      headers.set("x-fairlead-similarity", decimal(head.similarity().getAsDouble()));
    }
  }

  /** What is known when it is complete. */
  static void end(
      ResponseHeadersBuilder headers, Settlement settlement, Map<String, String> vendorHeaders) {
    headers
        .set("x-query-cost", Usd.plain(settlement.costNanoUsd()))
        .set("x-fairlead-saved", Usd.plain(settlement.savedNanoUsd()));
    vendorHeaders.forEach((name, value) -> {
      if (!headers.contains(name)) {
        headers.set(name, value);
      }
    });
  }

  /** Up to four digits after the point, without an exponent; much cheaper than a formatter. */
  static String decimal(double value) {
    long scaled = Math.round(Math.abs(value) * 10_000);
    String digits = Long.toString(10_000 + scaled % 10_000).substring(1);
    int end = digits.length();
    while (end > 0 && digits.charAt(end - 1) == '0') {
      end--;
    }
    String whole = Long.toString(scaled / 10_000);
    String sign = value < 0 && scaled > 0 ? "-" : "";
    return end == 0 ? sign + whole : sign + whole + "." + digits.substring(0, end);
  }
}
