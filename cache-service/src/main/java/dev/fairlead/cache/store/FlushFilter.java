package dev.fairlead.cache.store;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What to forget; the conditions are joined by AND.
 *
 * @param tenant only entries of this tenant; null means any
 * @param model only entries asked for under this model name; null means any
 * @param tag only entries with this tag; null means any
 * @param storedBefore only entries stored at or before this time: never later than the flush
 *     itself, so that a replica that hears of it late spares what was stored since
 */
public record FlushFilter(
    @Nullable String tenant, @Nullable String model, @Nullable String tag, Instant storedBefore) {

  /** Whether an entry with these properties is to go. */
  public boolean matches(ScopeKey scope, List<String> tags, Instant storedAt) {
    return (tenant == null || tenant.equals(scope.tenant()))
        && (model == null || model.equals(scope.model()))
        && (tag == null || tags.contains(tag))
        && !storedAt.isAfter(storedBefore);
  }

  /** Whether {@code entry} is to go. */
  public boolean matches(CacheEntry entry) {
    return matches(entry.key().scope(), entry.tags(), entry.storedAt());
  }
}
