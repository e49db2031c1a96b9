package dev.fairlead.telemetry;

import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Section {@code telemetry}; keys, units and defaults stand in {@code /fairlead/telemetry.yaml}.
 *
 * @param logLevel a level's name, in upper case after construction
 * @param logFormat {@code text} or {@code json}
 * @param logRedaction whether what looks like a secret or a prompt is taken out of log lines
 * @param otlpEndpoint absolute http(s) URL after construction, or empty for no export
 * @param otlpProtocol {@code grpc} or {@code http/protobuf}
 * @param otlpHeaders comma-separated {@code name=value} pairs
 * @param samplingRatio 0..1
 * @param errorTracesPerSecond failed traces beyond the ratio, 0..10000
 * @param exportInterval longest wait of a finished span
 * @param exportTimeout for one export
 * @param exportQueue spans
 * @param flushTimeout longest wait at shutdown
 * @param semconvOptIn comma-separated names, as {@code OTEL_SEMCONV_STABILITY_OPT_IN} has them
 */
public record TelemetrySettings(
    String logLevel,
    String logFormat,
    boolean logRedaction,
    String otlpEndpoint,
    String otlpProtocol,
    String otlpHeaders,
    double samplingRatio,
    int errorTracesPerSecond,
    Duration exportInterval,
    Duration exportTimeout,
    int exportQueue,
    Duration flushTimeout,
    String semconvOptIn) {

  private static final List<String> LEVELS =
      List.of("TRACE", "DEBUG", "INFO", "WARN", "ERROR", "OFF");
  private static final List<String> FORMATS = List.of("text", "json");
  private static final List<String> PROTOCOLS = List.of("grpc", "http/protobuf");

  private static final int MOST_ERROR_TRACES = 10_000;

  /**
   * Validates; a wrong value is an {@link IllegalArgumentException} that names key, value and
   * expectation.
   */
  public TelemetrySettings {
    logLevel = logLevel.trim().toUpperCase(Locale.ROOT);
    expect(LEVELS.contains(logLevel), "log_level", logLevel, "one of " + String.join(", ", LEVELS));
    expect(FORMATS.contains(logFormat), "log_format", logFormat, "text or json");
    otlpEndpoint = url(otlpEndpoint.trim());
    expect(
        PROTOCOLS.contains(otlpProtocol), "otlp_protocol", otlpProtocol, "grpc or http/protobuf");
    headers(otlpHeaders);
    expect(samplingRatio >= 0 && samplingRatio <= 1, "sampling_ratio", samplingRatio, "0..1");
    expect(
        errorTracesPerSecond >= 0 && errorTracesPerSecond <= MOST_ERROR_TRACES,
        "error_traces_per_second",
        errorTracesPerSecond,
        "0.." + MOST_ERROR_TRACES);
    expect(exportInterval.toMillis() > 0, "export_interval", exportInterval, "1ms or more");
    expect(exportTimeout.toMillis() > 0, "export_timeout", exportTimeout, "1ms or more");
    expect(
        exportQueue >= 1 && exportQueue <= 1 << 20, "export_queue", exportQueue, "1.." + (1 << 20));
    expect(!flushTimeout.isNegative(), "flush_timeout", flushTimeout, "0 or more");
  }

  /** What the reference file says. */
  public static TelemetrySettings defaults() {
    return new TelemetrySettings(
        "INFO",
        "text",
        true,
        "",
        "grpc",
        "",
        1.0,
        20,
        Duration.ofSeconds(1),
        Duration.ofSeconds(10),
        8192,
        Duration.ofSeconds(5),
        "");
  }

  /** Whether spans are recorded and sent. */
  public boolean exportsTraces() {
    return !otlpEndpoint.isEmpty();
  }

  /** The headers may hold a token, so they are left out. */
  @Override
  public String toString() {
    return "TelemetrySettings[logLevel=%s, logFormat=%s, otlpEndpoint=%s, otlpProtocol=%s, samplingRatio=%s]"
        .formatted(logLevel, logFormat, otlpEndpoint, otlpProtocol, samplingRatio);
  }

  Map<String, String> exportHeaders() {
    return headers(otlpHeaders);
  }

  private static Map<String, String> headers(String text) {
    Map<String, String> headers = new LinkedHashMap<>();
    for (String pair : text.split(",", -1)) {
      if (pair.isBlank()) {
        continue;
      }
      int equals = pair.indexOf('=');
      expect(equals > 0, "otlp_headers", "a pair without a name", "name=value,name=value");
      headers.put(pair.substring(0, equals).trim(), pair.substring(equals + 1).trim());
    }
    return headers;
  }

  private static String url(String endpoint) {
    if (endpoint.isEmpty()) {
      return endpoint;
    }
    String url = endpoint.contains("://") ? endpoint : "http://" + endpoint;
    String expectation = "host:port or an http(s) URL";
    try {
      URI uri = URI.create(url);
      String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
      boolean http = scheme.equals("http") || scheme.equals("https");
      expect(http && uri.getHost() != null, "otlp_endpoint", endpoint, expectation);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "otlp_endpoint: " + endpoint + " (expected: " + expectation + ")", e);
    }
    return url;
  }

  private static void expect(boolean holds, String key, Object value, String expectation) {
    if (!holds) {
      throw new IllegalArgumentException(key + ": " + value + " (expected: " + expectation + ")");
    }
  }
}
