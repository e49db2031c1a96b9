package dev.fairlead.gateway.ledger;

import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a report is about.
 *
 * @param from first moment that counts
 * @param to first moment that no longer does
 * @param tenant only this tenant's requests, null for all
 */
public record UsageQuery(Instant from, Instant to, By by, @Nullable String tenant) {

  /** Rejects an empty period. */
  public UsageQuery {
    if (!from.isBefore(to)) {
      throw new IllegalArgumentException("period from " + from + " to " + to);
    }
  }

  /** What the lines of a report are. */
  public enum By {
    /** The model that was paid. */
    MODEL("model_used"),
    /** The key that asked. */
    KEY("key_id"),
    /** The team that the key belongs to. */
    TEAM("team"),
    /** The tenant. */
    TENANT("tenant"),
    /** A tag; a request with several counts for each. */
    TAG("tags"),
    /** What decided. */
    POLICY("policy"),
    /** The day in UTC. */
    DAY("day_utc");

    private final String column;

    By(String column) {
      this.column = column;
    }

    String column() {
      return column;
    }

    /** Lower-case name. */
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** By its label. */
    public static Optional<By> of(String label) {
      for (By by : values()) {
        if (by.label().equals(label)) {
          return Optional.of(by);
        }
      }
      return Optional.empty();
    }
  }
}
