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

/** Bedrock's errors. */
final class BedrockErrors {

  private BedrockErrors() {}

  private static Reply bedrock(int status, String type, String message) {
    return new Reply(status, "x-amzn-errortype: " + type, "{\"message\":\"" + message + "\"}");
  }

  static Stream<Row> rows() {
    String v = "bedrock";
    String bad = "invalid_request_error";
    String invalid = "ValidationException";
    return Stream.of(
        row(
            v,
            "odd",
            bedrock(400, invalid, "something is odd"),
            refused(400, "upstream_rejected", ""),
            400,
            bad),
        row(
            v,
            "too-long",
            bedrock(400, invalid, "Input is too long for requested model."),
            refused(400, "context_length_exceeded", "messages"),
            400,
            bad),
        row(
            v,
            "no-model",
            bedrock(400, invalid, "The provided model identifier is invalid."),
            misconfigured(),
            502,
            "api_error"),
        row(
            v,
            "gone",
            bedrock(404, "ResourceNotFoundException", "x"),
            misconfigured(),
            502,
            "api_error"),
        row(
            v,
            "denied",
            bedrock(403, "AccessDeniedException", "x"),
            misconfigured(),
            502,
            "api_error"),
        row(
            v,
            "expired",
            bedrock(403, "ExpiredTokenException", "x"),
            misconfigured(),
            502,
            "api_error"),
        row(
            v,
            "rate",
            new Reply(
                429,
                "x-amzn-errortype: ThrottlingException\nretry-after: 7",
                "{\"message\":\"x\"}"),
            limited("7"),
            429,
            "rate_limit_error"),
        row(
            v,
            "quota",
            bedrock(400, "ServiceQuotaExceededException", "x"),
            noQuota(),
            429,
            "rate_limit_error"),
        row(v, "late", bedrock(408, "ModelTimeoutException", "x"), unavailable(), 502, "api_error"),
        row(
            v,
            "model-broke",
            bedrock(424, "ModelErrorException", "x"),
            unavailable(),
            502,
            "api_error"),
        row(
            v,
            "broken",
            bedrock(500, "InternalServerException", "x"),
            unavailable(),
            502,
            "api_error"),
        row(
            v,
            "warming",
            bedrock(429, "ModelNotReadyException", "x"),
            overloaded(""),
            529,
            "overloaded_error"),
        row(
            v,
            "busy",
            bedrock(503, "ServiceUnavailableException", "x"),
            overloaded(""),
            529,
            "overloaded_error"),
        row(
            v,
            "page",
            new Reply(502, "content-type: text/html", "<html>Bad gateway</html>"),
            unavailable(),
            502,
            "api_error"));
  }
}
