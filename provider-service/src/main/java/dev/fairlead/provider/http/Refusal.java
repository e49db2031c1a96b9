package dev.fairlead.provider.http;

import com.google.protobuf.ByteString;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A vendor's error, read.
 *
 * @param status HTTP status that the error amounts to; a 200 means an error without any
 * @param httpStatus what the transport said
 * @param retryAfter when it wants to be asked again; null when it does not say
 * @param message the vendor's words; null when it has none
 * @param cause what the status alone does not tell
 * @param body the whole error as JSON, for a caller of the vendor's own dialect; else empty
 */
public record Refusal(
    int status,
    int httpStatus,
    @Nullable Duration retryAfter,
    @Nullable String message,
    Cause cause,
    ByteString body) {

  private static final int LARGEST_SHOWN = 64 * 1024;

  /**
   * An error's body for {@link #body}; empty when it is too long.
   *
   * @param known whether it has the vendor's form
   */
  public static ByteString shown(boolean known, byte[] body, int length) {
    return known && length <= LARGEST_SHOWN
        ? ByteString.copyFrom(body, 0, length)
        : ByteString.EMPTY;
  }

  /** What a status alone does not tell. */
  public enum Cause {
    /** Nothing more than the status. */
    STATUS,
    /** A quota or budget is used up, and waiting a moment does not help. */
    NO_QUOTA,
    /** Our key, project or account is at fault, whatever the status. */
    OUR_ACCOUNT,
    /** What the caller says is not wanted by this model, whatever the status. */
    CONTENT
  }
}
