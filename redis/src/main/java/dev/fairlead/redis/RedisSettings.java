package dev.fairlead.redis;

import java.time.Duration;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * How to speak to Redis.
 *
 * @param url where it is
 * @param threads client threads for callbacks, and as many for input and output
 * @param connections connections to each node
 * @param connectTimeout to open a connection
 * @param commandTimeout after which the client gives a command up
 * @param keyPrefix first part of every key
 * @param trust of whom Redis' certificate may be; null for the authorities of the JVM
 */
public record RedisSettings(
    RedisUrl url,
    int threads,
    int connections,
    Duration connectTimeout,
    Duration commandTimeout,
    String keyPrefix,
    @Nullable TrustManagerFactory trust) {

  /** Trusting the authorities of the JVM. */
  public RedisSettings(
      RedisUrl url,
      int threads,
      int connections,
      Duration connectTimeout,
      Duration commandTimeout,
      String keyPrefix) {
    this(url, threads, connections, connectTimeout, commandTimeout, keyPrefix, null);
  }
}
