package dev.fairlead.provider.openai;

import com.google.protobuf.ByteString;
import com.linecorp.armeria.common.ResponseHeaders;
import dev.fairlead.provider.call.UpstreamFailure;
import dev.fairlead.provider.http.Refusal;
import dev.fairlead.provider.http.Refusal.Cause;
import dev.fairlead.provider.http.RetryAfter;
import dev.fairlead.provider.http.VendorFailures;
import org.jspecify.annotations.Nullable;

/** What OpenAI's error objects mean. */
final class OpenAiFailures {

  private final VendorFailures vendor;

  OpenAiFailures(VendorFailures vendor) {
    this.vendor = vendor;
  }

  /**
   * An answer with another status than 200.
   *
   * @param body JSON of the error, empty when it was none
   */
  UpstreamFailure ofStatus(ResponseHeaders head, @Nullable VendorError error, ByteString body) {
    int status = head.status().code();
    String message = error == null ? null : error.message();
    return vendor.of(new Refusal(status, status, RetryAfter.of(head), message, cause(error), body));
  }

  /** An {@code error} object where an answer was expected. */
  UpstreamFailure ofErrorObject(VendorError error, ByteString body) {
    int status = error.statusInCode();
    if (status == 0) {
      status = status(error);
    }
    return vendor.of(new Refusal(status, 200, null, error.message(), cause(error), body));
  }

  UpstreamFailure malformed(String what) {
    return vendor.malformed(what, 200);
  }

  /**
   * OpenRouter answers an input that was flagged with a 403 (openrouter.ai/docs/errors, read
   * November 2026), which says nothing of our key.
   */
  private static Cause cause(@Nullable VendorError error) {
    if (error == null) {
      return Cause.STATUS;
    }
    if (error.flagged()) {
      return Cause.CONTENT;
    }
    return error.says("insufficient_quota")
            || error.says("credit_balance_exhausted")
            || error.says("billing_hard_limit_reached")
        ? Cause.NO_QUOTA
        : Cause.STATUS;
  }

  private static int status(VendorError error) {
    if (error.says("insufficient_quota")
        || error.says("rate_limit_exceeded")
        || error.says("rate_limit_error")) {
      return 429;
    }
    if (error.says("invalid_request_error")) {
      return 400;
    }
    return error.says("authentication_error") || error.says("invalid_api_key") ? 401 : 502;
  }
}
