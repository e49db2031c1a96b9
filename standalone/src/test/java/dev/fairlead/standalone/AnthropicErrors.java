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

/** Anthropic's errors. */
final class AnthropicErrors {

  private AnthropicErrors() {}

  private static Reply anthropic(int status, String headers, String type, String message) {
    return new Reply(
        status,
        headers,
        "{\"type\":\"error\",\"error\":{\"type\":\"%s\",\"message\":\"%s\"},\"request_id\":\"req_1\"}"
            .formatted(type, message));
  }

  static Stream<Row> rows() {
    String v = "anthropic";
    String bad = "invalid_request_error";
    return Stream.of(
        row(
            v,
            "bad-member",
            anthropic(400, "", bad, "temperature: range: 0..1"),
            refused(400, "upstream_rejected", "temperature"),
            400,
            bad),
        row(
            v,
            "bad-message",
            anthropic(400, "", bad, "messages.1.content.0: unexpected"),
            refused(400, "upstream_rejected", "messages"),
            400,
            bad),
        row(
            v,
            "odd",
            anthropic(400, "", bad, "something else"),
            refused(400, "upstream_rejected", ""),
            400,
            bad),
        row(
            v,
            "too-long",
            anthropic(400, "", bad, "prompt is too long: 210000 tokens > 200000 maximum"),
            refused(400, "context_length_exceeded", "messages"),
            400,
            bad),
        row(
            v,
            "no-credit",
            anthropic(400, "", bad, "Your credit balance is too low to access the API"),
            misconfigured(),
            502,
            "api_error"),
        row(
            v,
            "bad-key",
            anthropic(401, "", "authentication_error", "x"),
            misconfigured(),
            502,
            "api_error"),
        row(
            v,
            "unpaid",
            anthropic(402, "", "billing_error", "x"),
            misconfigured(),
            502,
            "api_error"),
        row(
            v,
            "forbidden",
            anthropic(403, "", "permission_error", "x"),
            misconfigured(),
            502,
            "api_error"),
        row(
            v,
            "no-model",
            anthropic(404, "", "not_found_error", "model: m-anthropic"),
            misconfigured(),
            502,
            "api_error"),
        row(
            v,
            "too-large",
            anthropic(413, "", "request_too_large", "Request exceeds the maximum size"),
            refused(413, "request_too_large", ""),
            413,
            "request_too_large"),
        row(
            v,
            "rate",
            anthropic(429, "retry-after: 7", "rate_limit_error", "x"),
            limited("7"),
            429,
            "rate_limit_error"),
        row(
            v,
            "spent",
            new Reply(
                429,
                "",
                "{\"type\":\"error\",\"error\":{\"type\":\"rate_limit_error\",\"message\":\"x\","
                    + "\"details\":{\"error_code\":\"enforced_spend_limit_reached\"}}}"),
            noQuota(),
            429,
            "rate_limit_error"),
        row(v, "broken", anthropic(500, "", "api_error", "x"), unavailable(), 502, "api_error"),
        row(
            v,
            "busy",
            anthropic(529, "", "overloaded_error", "Overloaded"),
            overloaded(""),
            529,
            "overloaded_error"),
        row(
            v,
            "inside-200",
            anthropic(200, "", bad, "tools: too many"),
            refused(400, "upstream_rejected", "tools"),
            400,
            bad));
  }
}
