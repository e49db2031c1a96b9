package dev.fairlead.gateway;

import dev.fairlead.common.config.Expect;
import dev.fairlead.gateway.dialect.ScanLimits;
import java.time.Duration;
import java.util.List;

/** Section {@code limits}: what the edge accepts; units are in the reference file. */
public record LimitsConfig(
    int maxBodyBytes,
    int maxHeaderBytes,
    int maxHeaders,
    int maxRequestLine,
    int maxInflateRatio,
    int maxConnections,
    int maxHttp2Streams,
    int maxHttp2Resets,
    int maxHttp2Controls,
    int maxDepth,
    int maxNumberLength,
    int maxMessages,
    int maxTools,
    int maxChoices,
    int maxOutputTokens,
    Duration headTimeout,
    Duration bodyTimeout,
    Duration idleTimeout,
    Duration requestTimeout,
    Duration coalesceWait,
    int maxCachedBytes,
    int maxBatchItems,
    int batchConcurrency,
    Duration sharedTimeout,
    String withoutRedis,
    double localShare) {

  /** Keeps a share of each limit while Redis is away, or refuses what has limits. */
  static final List<String> WITHOUT_REDIS = List.of("local", "refuse");

  /** Validates. */
  public LimitsConfig {
    Expect.range("limits.max_body_bytes", maxBodyBytes, 1024, 48 << 20);
    Expect.range("limits.max_header_bytes", maxHeaderBytes, 1024, 1 << 20);
    Expect.range("limits.max_headers", maxHeaders, 10, 10_000);
    Expect.range("limits.max_request_line", maxRequestLine, 256, 1 << 16);
    Expect.range("limits.max_inflate_ratio", maxInflateRatio, 1, 10_000);
    Expect.range("limits.max_http2_streams", maxHttp2Streams, 1, 1_000_000);
    Expect.range("limits.max_http2_resets", maxHttp2Resets, 1, 1_000_000);
    Expect.range("limits.max_http2_controls", maxHttp2Controls, 10, 1_000_000);
    Expect.range("limits.max_connections", maxConnections, 1, 1_000_000);
    Expect.range("limits.max_depth", maxDepth, 8, 1000);
    Expect.range("limits.max_number_length", maxNumberLength, 20, 1000);
    Expect.range("limits.max_messages", maxMessages, 1, 100_000);
    Expect.range("limits.max_tools", maxTools, 1, 10_000);
    Expect.range("limits.max_choices", maxChoices, 1, 128);
    Expect.range("limits.max_output_tokens", maxOutputTokens, 0, Integer.MAX_VALUE);
    Expect.positive("limits.head_timeout", headTimeout);
    Expect.positive("limits.idle_timeout", idleTimeout);
    Expect.positive("limits.body_timeout", bodyTimeout);
    Expect.positive("limits.request_timeout", requestTimeout);
    Expect.range("limits.max_cached_bytes", maxCachedBytes, 0, 48 << 20);
    Expect.range("limits.max_batch_items", maxBatchItems, 1, 10_000);
    Expect.range("limits.batch_concurrency", batchConcurrency, 1, 1000);
    Expect.positive("limits.shared_timeout", sharedTimeout);
    Expect.that(
        WITHOUT_REDIS.contains(withoutRedis),
        "limits.without_redis",
        withoutRedis,
        String.join(" or ", WITHOUT_REDIS));
    Expect.range("limits.local_share", localShare, 0.001, 1);
  }

  /** How much a body, or a typed request, may hold. */
  public ScanLimits scan() {
    return new ScanLimits(
        maxBodyBytes, maxDepth, maxNumberLength, maxMessages, maxTools, maxChoices);
  }
}
