package dev.fairlead.gateway.edge;

import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.ResponseHeadersBuilder;
import dev.fairlead.gateway.pipeline.AnswerHead;
import dev.fairlead.gateway.pipeline.Settlement;
import dev.fairlead.gateway.quality.Expectation;
import dev.fairlead.gateway.routing.Usd;
import io.netty.util.AsciiString;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** The response headers of DESIGN section 4. */
final class AnswerHeaders {

  private static final double NANOS_PER_MILLI = 1e6;
  private static final int LONGEST_DROPPED = 1000;
  private static final Pattern NOT_IN_PATHS = Pattern.compile("[^A-Za-z0-9_.\\[\\]-]");

  private static final AsciiString REQUEST_ID = HttpHeaderNames.of("x-request-id");
  private static final AsciiString MODEL_USED = HttpHeaderNames.of("x-model-used");
  private static final AsciiString CACHE = HttpHeaderNames.of("x-fairlead-cache");
  private static final AsciiString POLICY = HttpHeaderNames.of("x-fairlead-policy");
  private static final AsciiString REASON = HttpHeaderNames.of("x-fairlead-reason");
  private static final AsciiString ATTEMPTS = HttpHeaderNames.of("x-fairlead-attempts");
  private static final AsciiString OVERHEAD = HttpHeaderNames.of("x-fairlead-overhead-ms");
  private static final AsciiString COMPLEXITY = HttpHeaderNames.of("x-fairlead-complexity");
  private static final AsciiString SIMILARITY = HttpHeaderNames.of("x-fairlead-similarity");
  private static final AsciiString DROPPED = HttpHeaderNames.of("x-fairlead-dropped");
  private static final AsciiString COST = HttpHeaderNames.of("x-query-cost");
  private static final AsciiString SAVED = HttpHeaderNames.of("x-fairlead-saved");
  private static final AsciiString BASELINE_COST = HttpHeaderNames.of("x-fairlead-baseline-cost");
  private static final AsciiString SERVICE_LEVEL = HttpHeaderNames.of("x-fairlead-service-level");
  private static final AsciiString QUALITY = HttpHeaderNames.of("x-fairlead-quality");

  private AnswerHeaders() {}

  /** What is known when an answer begins. */
  static void begin(ResponseHeadersBuilder headers, AnswerHead head) {
    headers
        .add(REQUEST_ID, head.requestId())
        .add(MODEL_USED, head.modelId())
        .add(CACHE, head.cache().label())
        .add(POLICY, head.policy())
        .add(REASON, head.reason())
        .add(ATTEMPTS, Integer.toString(head.attempts()))
        .add(OVERHEAD, decimal(head.overheadNanos() / NANOS_PER_MILLI))
        .add(HttpHeaderNames.DATE, HttpDate.now());
    if (!head.droppedFields().isEmpty()) {
      headers.add(DROPPED, dropped(head.droppedFields()));
    }
    if (head.complexity().isPresent()) {
      headers.add(COMPLEXITY, decimal(head.complexity().getAsDouble()));
    }
    if (head.similarity().isPresent()) {
      headers.add(SIMILARITY, decimal(head.similarity().getAsDouble()));
    }
    if (head.ageSeconds().isPresent()) {
      headers.add(HttpHeaderNames.AGE, Long.toString(head.ageSeconds().getAsLong()));
    }
    vendor(headers, head.vendorHeaders());
  }

  /** The paths with commas between; what a client named freely cannot break out of the header. */
  static String dropped(List<String> fields) {
    StringBuilder line = new StringBuilder();
    for (String field : fields) {
      if (line.length() + field.length() > LONGEST_DROPPED) {
        return line.append(line.isEmpty() ? "..." : ", ...").toString();
      }
      line.append(line.isEmpty() ? "" : ", ").append(NOT_IN_PATHS.matcher(field).replaceAll("?"));
    }
    return line.toString();
  }

  /** What is known when it is complete. */
  static void end(
      ResponseHeadersBuilder headers, Settlement settlement, Map<String, String> vendorHeaders) {
    headers
        .add(COST, Usd.plain(settlement.costNanoUsd()))
        .add(SAVED, Usd.plain(settlement.savedNanoUsd()))
        .add(BASELINE_COST, Usd.plain(settlement.baselineNanoUsd()));
    Boolean within = settlement.withinLimits();
    if (within != null) {
      headers.add(SERVICE_LEVEL, within ? "met" : "missed");
    }
    Expectation expected = settlement.expectation();
    if (expected != null) {
      headers.add(QUALITY, decimal(expected.quality()));
    }
    vendor(headers, vendorHeaders);
  }

  /** What the vendor says, where we say nothing ourselves. */
  static void vendor(ResponseHeadersBuilder headers, Map<String, String> vendorHeaders) {
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
