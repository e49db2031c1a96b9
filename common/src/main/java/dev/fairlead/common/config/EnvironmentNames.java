package dev.fairlead.common.config;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Environment names that users of such software already know, and the keys they set. Every key also
 * has the name {@code FAIRLEAD_<SECTION>_<KEY>}, which these win over; what is no letter or digit
 * in a path is an underscore in it.
 */
final class EnvironmentNames {

  /** Path of a key to its well-known name. */
  private static final Map<String, String> WELL_KNOWN =
      Map.ofEntries(
          Map.entry("server.port", "PORT"),
          Map.entry("server.data_dir", "FAIRLEAD_DATA_DIR"),
          Map.entry("security.admin_token", "ADMIN_TOKEN"),
          Map.entry("routing.default_policy", "ROUTER_POLICY"),
          Map.entry("routing.complex", "COMPLEXITY_THRESHOLD"),
          Map.entry("redis.url", "REDIS_URL"),
          Map.entry("ledger.url", "DATABASE_URL"),
          Map.entry("cache.ttl", "CACHE_TTL"),
          Map.entry("scorer.max_batch_size", "MAX_BATCH_SIZE"),
          Map.entry("telemetry.log_level", "LOG_LEVEL"),
          Map.entry("telemetry.otlp_endpoint", "OTEL_EXPORTER_OTLP_ENDPOINT"),
          Map.entry("telemetry.otlp_protocol", "OTEL_EXPORTER_OTLP_PROTOCOL"),
          Map.entry("telemetry.semconv_opt_in", "OTEL_SEMCONV_STABILITY_OPT_IN"),
          Map.entry("canary.stages", "CANARY_STAGES"),
          Map.entry("canary.window", "CANARY_WINDOW"),
          Map.entry("canary.burn_multiplier", "CANARY_BURN_MULTIPLIER"));

  private EnvironmentNames() {}

  /** The variables that set a key, the later winning over the earlier. */
  static List<String> of(String path) {
    String generic = "FAIRLEAD_" + path.replaceAll("[^A-Za-z0-9]", "_").toUpperCase(Locale.ROOT);
    String wellKnown = WELL_KNOWN.get(path);
    return wellKnown == null ? List.of(generic) : List.of(generic, wellKnown);
  }
}
