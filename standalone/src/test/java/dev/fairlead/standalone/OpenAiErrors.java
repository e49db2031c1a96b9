package dev.fairlead.standalone;

import static dev.fairlead.standalone.VendorErrors.limited;
import static dev.fairlead.standalone.VendorErrors.misconfigured;
import static dev.fairlead.standalone.VendorErrors.noQuota;
import static dev.fairlead.standalone.VendorErrors.overloaded;
import static dev.fairlead.standalone.VendorErrors.refused;
import static dev.fairlead.standalone.VendorErrors.row;
import static dev.fairlead.standalone.VendorErrors.unavailable;

import dev.fairlead.standalone.VendorErrors.Row;
import dev.fairlead.standalone.deployment.ScriptedVendor.Reply;
import java.util.stream.Stream;

/** OpenAI's errors. */
final class OpenAiErrors {

  private OpenAiErrors() {}

  private static Reply openAi(int status, String type, String param, String code) {
    return openAi(status, "", type, param, code);
  }

  private static Reply openAi(int status, String headers, String type, String param, String code) {
    String body =
        "{\"error\":{\"message\":\"words of the"
            + " vendor\",\"type\":\"%s\",\"param\":%s,\"code\":%s}}";
    return new Reply(
        status, headers, body.formatted(type, quotedOrNull(param), quotedOrNull(code)));
  }

  private static String quotedOrNull(String text) {
    return text.isEmpty() ? "null" : "\"" + text + "\"";
  }

  static Stream<Row> rows() {
    String v = "openai";
    String bad = "invalid_request_error";
    return Stream.of(
        row(
            v,
            "bad-member",
            openAi(400, bad, "temperature", "invalid_value"),
            refused(400, "invalid_value", "temperature"),
            400,
            bad),
        row(
            v,
            "too-long",
            openAi(400, bad, "messages", "context_length_exceeded"),
            refused(400, "context_length_exceeded", "messages"),
            400,
            bad),
        row(
            v,
            "too-large",
            openAi(413, bad, "", ""),
            refused(413, "", ""),
            413,
            "request_too_large"),
        row(
            v,
            "unprocessable",
            openAi(422, bad, "tools", "odd"),
            refused(422, "odd", "tools"),
            422,
            bad),
        row(
            v,
            "bad-key",
            openAi(401, bad, "", "invalid_api_key"),
            misconfigured(),
            502,
            "api_error"),
        row(v, "forbidden", openAi(403, "x", "", "no_region"), misconfigured(), 502, "api_error"),
        row(
            v,
            "no-model",
            openAi(404, bad, "model", "model_not_found"),
            misconfigured(),
            502,
            "api_error"),
        row(
            v,
            "rate",
            openAi(429, "retry-after: 7", "tokens", "", "rate_limit_exceeded"),
            limited("7"),
            429,
            "rate_limit_error"),
        row(
            v,
            "quota",
            openAi(429, "insufficient_quota", "", "insufficient_quota"),
            noQuota(),
            429,
            "rate_limit_error"),
        row(v, "broken", openAi(500, "server_error", "", ""), unavailable(), 502, "api_error"),
        row(
            v,
            "busy",
            openAi(503, "retry-after: 3", "server_error", "", ""),
            overloaded("3"),
            529,
            "overloaded_error"),
        row(
            v,
            "page",
            new Reply(502, "", "<html>Bad gateway</html>"),
            unavailable(),
            502,
            "api_error"),
        row(
            v,
            "inside-200",
            openAi(200, bad, "stop", "invalid_value"),
            refused(400, "invalid_value", "stop"),
            400,
            bad));
  }
}
