package dev.fairlead.redis;

/** There is no connection to Redis yet. Without a stack trace. */
public final class RedisUnavailableException extends RuntimeException {

  /** Says why. */
  public RedisUnavailableException(String message) {
    super(message, null, false, false);
  }
}
