package dev.fairlead.gateway.keys;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A key that is asked for.
 *
 * @param team empty for none
 * @param expiresAt null for never
 */
public record KeyRequest(
    String name,
    String tenant,
    String team,
    @Nullable Instant expiresAt,
    Grants grants,
    List<String> tags,
    Quota quota) {

  /** Copies. */
  public KeyRequest {
    tags = List.copyOf(tags);
  }
}
