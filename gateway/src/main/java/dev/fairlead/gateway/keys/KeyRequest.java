package dev.fairlead.gateway.keys;

import dev.fairlead.gateway.dialect.CacheControl;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A key that is asked for.
 *
 * @param team empty for none
 * @param expiresAt null for never
 * @param cache how its requests may use the cache at most; null for no bounds
 */
public record KeyRequest(
    String name,
    String tenant,
    String team,
    @Nullable Instant expiresAt,
    Grants grants,
    List<String> tags,
    Quota quota,
    @Nullable CacheControl cache) {

  /** Copies. */
  public KeyRequest {
    tags = List.copyOf(tags);
  }
}
