package dev.fairlead.provider.gemini;

import com.google.protobuf.ByteString;
import dev.fairlead.provider.call.UpstreamFailure;
import dev.fairlead.provider.http.Refusal;
import dev.fairlead.provider.http.Refusal.Cause;
import dev.fairlead.provider.http.VendorFailures;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What Gemini's errors mean. Its error bodies are in no dialect that a client speaks. */
final class GeminiFailures {

  private final VendorFailures vendor;

  GeminiFailures(VendorFailures vendor) {
    this.vendor = vendor;
  }

  /**
   * An error, by status or inside an answer.
   *
   * @param httpStatus what the transport said
   * @param retryAfter of the header, used where the error itself says nothing
   */
  UpstreamFailure of(int httpStatus, @Nullable VendorError error, @Nullable Duration retryAfter) {
    int status = error != null && error.code() >= 400 ? error.code() : httpStatus;
    Duration wait = error != null && error.retryAfter() != null ? error.retryAfter() : retryAfter;
    String message = error == null ? null : error.message();
    return vendor.of(
        new Refusal(status, status, wait, message, cause(status, error), ByteString.EMPTY));
  }

  /** A bad key, a project without billing or a region that is not served all come as a 400. */
  private static Cause cause(int status, @Nullable VendorError error) {
    if (error == null) {
      return Cause.STATUS;
    }
    boolean ours =
        error.reason().startsWith("API_KEY_")
            || error.reason().equals("SERVICE_DISABLED")
            || error.reason().equals("BILLING_DISABLED")
            || error.status().equals("FAILED_PRECONDITION");
    if (ours) {
      return Cause.OUR_ACCOUNT;
    }
    return status == 429 && error.daily() ? Cause.NO_QUOTA : Cause.STATUS;
  }

  UpstreamFailure malformed(String what) {
    return vendor.malformed(what, 200);
  }
}
