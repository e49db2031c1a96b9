package dev.fairlead.cache.redis;

import org.jspecify.annotations.Nullable;

/** What Redis says went wrong, which reaches us only as the text of a cause. */
final class RedisErrors {

  private RedisErrors() {}

  /** Whether something of another type lies under the name that a command used. */
  static boolean wrongType(Throwable error) {
    return says(error, "WRONGTYPE");
  }

  /** Whether the error or one of its causes holds this text. */
  static boolean says(Throwable error, String text) {
    for (@Nullable Throwable cause = error; cause != null; cause = cause.getCause()) {
      if (String.valueOf(cause.getMessage()).contains(text)) {
        return true;
      }
    }
    return false;
  }
}
