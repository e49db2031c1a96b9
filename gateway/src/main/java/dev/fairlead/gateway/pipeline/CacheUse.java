package dev.fairlead.gateway.pipeline;

import dev.fairlead.v1.CacheResult;
import java.util.Locale;

/** How the cache took part in an answer. */
public enum CacheUse {
  /** The identical request. */
  HIT,
  /** A request of the same meaning. */
  SEMANTIC,
  /** The identical request, answered while this one waited for it. */
  COALESCED,
  /** The identical request, expired and being refreshed. */
  STALE,
  /** Looked up and not found. */
  MISS,
  /** Not looked up, or the cache was away. */
  BYPASS;

  private final String label = name().toLowerCase(Locale.ROOT);

  /** Lower-case name as in headers, labels and JSON. */
  public String label() {
    return label;
  }

  /** Whether the answer came without a model call of its own. */
  public boolean answered() {
    return this != MISS && this != BYPASS;
  }

  /** The contract's name for it. */
  public CacheResult toProto() {
    return switch (this) {
      case HIT -> CacheResult.CACHE_RESULT_HIT;
      case SEMANTIC -> CacheResult.CACHE_RESULT_SEMANTIC;
      case COALESCED -> CacheResult.CACHE_RESULT_COALESCED;
      case STALE -> CacheResult.CACHE_RESULT_STALE;
      case MISS -> CacheResult.CACHE_RESULT_MISS;
      case BYPASS -> CacheResult.CACHE_RESULT_BYPASS;
    };
  }
}
