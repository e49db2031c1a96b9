package dev.fairlead.gateway.alerts;

import java.time.Instant;
import java.util.Locale;

/**
 * Something an operator should know. Holds no secret and no prompt.
 *
 * @param subject whom it concerns, such as {@code tenant acme}
 * @param message one sentence
 */
public record Alert(Kind kind, Instant time, String subject, String message) {

  /** What it is about. */
  public enum Kind {
    /** A budget is spent to some part. */
    BUDGET,
    /** Much more is spent than usual. */
    SPEND_ANOMALY;

    /** Lower-case name, as in metrics and JSON. */
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
