package dev.fairlead.tools.keys;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How a key's requests may use the cache at most; options that commands share. */
final class CacheOptions {

  @Option(
      names = "--cache-control",
      paramLabel = "DIRECTIVES",
      description = "no-store (no cache at all), no-cache (fresh answers only), max-age=SECONDS.")
  private @Nullable String directives;

  @Option(
      names = "--cache-ttl",
      paramLabel = "SECONDS",
      description = "Answers are kept so long, or shorter where a request says so.")
  private @Nullable BigDecimal seconds;

  @Option(
      names = "--cache-similarity",
      paramLabel = "COSINE",
      description = "Least similarity of a near answer, 0 to 1; a request may ask for more.")
  private @Nullable BigDecimal similarity;

  @Option(
      names = "--cache-scope",
      paramLabel = "NAME",
      description = "Shares answers only with keys that were given the same name.")
  private @Nullable String scope;

  /** For picocli, which sets the fields. */
  CacheOptions() {}

  void addTo(ObjectNode body) {
    if (directives != null) {
      body.put("cache_control", directives);
    }
    if (seconds != null) {
      body.put("cache_ttl_s", seconds);
    }
    if (similarity != null) {
      body.put("cache_similarity", similarity);
    }
    if (scope != null) {
      body.put("cache_scope", scope);
    }
  }
}
