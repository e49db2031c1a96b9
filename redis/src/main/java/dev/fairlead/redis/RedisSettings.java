package dev.fairlead.redis;

import dev.fairlead.common.tls.ClientTls;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How to speak to Redis.
 *
 * @param url where it is
 * @param threads client threads for callbacks, and as many for input and output
 * @param connections connections to each node
 * @param connectTimeout to open a connection
 * @param commandTimeout after which the client gives a command up
 * @param protocol of Redis: 2 (RESP2), or 3 (RESP3, which wants Redis 6)
 * @param keyPrefix first part of every key
 * @param tls whose certificate Redis may have, and which one it is shown; null: the JVM's
 *     authorities, and none
 */
public record RedisSettings(
    RedisUrl url,
    int threads,
    int connections,
    Duration connectTimeout,
    Duration commandTimeout,
    int protocol,
    String keyPrefix,
    @Nullable ClientTls tls) {

  /** In RESP2, trusting the authorities of the JVM. */
  public RedisSettings(
      RedisUrl url,
      int threads,
      int connections,
      Duration connectTimeout,
      Duration commandTimeout,
      String keyPrefix) {
    this(url, threads, connections, connectTimeout, commandTimeout, 2, keyPrefix, null);
  }
}
