package dev.fairlead.redis;

import java.time.Duration;

/**
 * How to speak to Redis.
 *
 * @param url where it is
 * @param threads client threads for callbacks, and as many for input and output
 * @param connections connections to each node
 * @param connectTimeout to open a connection
 * @param commandTimeout after which the client gives a command up
 * @param keyPrefix first part of every key
 */
public record RedisSettings(
    RedisUrl url,
    int threads,
    int connections,
    Duration connectTimeout,
    Duration commandTimeout,
    String keyPrefix) {}
