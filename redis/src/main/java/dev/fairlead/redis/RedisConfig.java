package dev.fairlead.redis;

import dev.fairlead.common.config.ConfigException;
import dev.fairlead.common.config.Expect;
import dev.fairlead.common.config.Secret;
import dev.fairlead.common.tls.Tls;
import java.time.Duration;

/**
 * Section {@code redis}. What the keys mean is said in {@code fairlead/redis.yaml}.
 *
 * @param url where Redis is; a secret because it may hold a password; empty switches Redis off
 * @param threads threads of the client for callbacks, and as many for input and output
 * @param connections connections to each node
 * @param connectTimeout to open a connection
 * @param commandTimeout after which the client gives a command up (callers give up earlier)
 * @param protocol of Redis, 2 or 3
 * @param keyPrefix first part of every key
 * @param ca PEM file of the authorities that Redis' certificate may be of; empty for those of the
 *     JVM
 * @param cert PEM file of the certificate chain that Redis is shown; empty: none
 * @param key PEM file of its private key
 */
public record RedisConfig(
    Secret url,
    int threads,
    int connections,
    Duration connectTimeout,
    Duration commandTimeout,
    int protocol,
    String keyPrefix,
    String ca,
    String cert,
    String key) {

  /** Checks every value. */
  public RedisConfig {
    Expect.range("redis.threads", threads, 1, 64);
    Expect.range("redis.connections", connections, 3, 256);
    Expect.positive("redis.connect_timeout", connectTimeout);
    Expect.positive("redis.command_timeout", commandTimeout);
    Expect.range("redis.protocol", protocol, 2, 3);
    boolean plain = keyPrefix.matches("[A-Za-z0-9:_.-]{1,64}");
    Expect.that(plain, "redis.key_prefix", keyPrefix, "1..64 of A-Z a-z 0-9 : _ . -");
  }

  /** Whether replicas share their state through Redis at all. */
  public boolean configured() {
    return !url.isEmpty();
  }

  /**
   * How to speak to it. Blocks on the files.
   *
   * @param tls follows the certificates while it is open
   * @throws ConfigException when {@link #url} or one of the files cannot be used
   */
  public RedisSettings settings(Tls tls) {
    return new RedisSettings(
        RedisUrl.parse(url.reveal()),
        threads,
        connections,
        connectTimeout,
        commandTimeout,
        protocol,
        keyPrefix,
        tls.client("redis", "redis", ca, cert, key));
  }
}
