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

/** Gemini's errors. */
final class GeminiErrors {

  private GeminiErrors() {}

  private static Reply gemini(int code, String status, String message, String details) {
    return new Reply(
        code,
        "",
        "{\"error\":{\"code\":%d,\"message\":\"%s\",\"status\":\"%s\",\"details\":[%s]}}"
            .formatted(code, message, status, details));
  }

  static Stream<Row> rows() {
    String v = "gemini";
    String bad = "invalid_request_error";
    return Stream.of(
        row(
            v,
            "odd",
            gemini(400, "INVALID_ARGUMENT", "something is odd", ""),
            refused(400, "upstream_rejected", ""),
            400,
            bad),
        row(
            v,
            "too-long",
            gemini(
                400,
                "INVALID_ARGUMENT",
                "The input token count (1200000) exceeds the maximum number of tokens allowed"
                    + " (1048576).",
                ""),
            refused(400, "context_length_exceeded", "messages"),
            400,
            bad),
        row(
            v,
            "bad-key",
            gemini(
                400,
                "INVALID_ARGUMENT",
                "x",
                "{\"@type\":\"type.googleapis.com/google.rpc.ErrorInfo\",\"reason\":\"API_KEY_INVALID\"}"),
            misconfigured(),
            502,
            "api_error"),
        row(
            v,
            "forbidden",
            gemini(403, "PERMISSION_DENIED", "x", ""),
            misconfigured(),
            502,
            "api_error"),
        row(v, "no-model", gemini(404, "NOT_FOUND", "x", ""), misconfigured(), 502, "api_error"),
        row(
            v,
            "rate",
            gemini(
                429,
                "RESOURCE_EXHAUSTED",
                "x",
                "{\"@type\":\"type.googleapis.com/google.rpc.RetryInfo\",\"retryDelay\":\"6.5s\"}"),
            limited("7"),
            429,
            "rate_limit_error"),
        row(
            v,
            "day-quota",
            gemini(
                429,
                "RESOURCE_EXHAUSTED",
                "x",
                "{\"@type\":\"type.googleapis.com/google.rpc.QuotaFailure\",\"violations\":"
                    + "[{\"quotaId\":\"RequestsPerDay\"}]}"),
            noQuota(),
            429,
            "rate_limit_error"),
        row(v, "broken", gemini(500, "INTERNAL", "x", ""), unavailable(), 502, "api_error"),
        row(
            v,
            "busy",
            gemini(503, "UNAVAILABLE", "x", ""),
            overloaded(""),
            529,
            "overloaded_error"));
  }
}
