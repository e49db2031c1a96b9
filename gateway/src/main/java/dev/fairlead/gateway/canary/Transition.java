package dev.fairlead.gateway.canary;

import java.time.Instant;

/**
 * A change of stage.
 *
 * @param from stage before
 * @param to stage after
 * @param reason {@code advance}, {@code force}, {@code rollback} or {@code manual_rollback}
 */
public record Transition(Instant time, int from, int to, String reason) {

  /** A window that was good enough, or an operator who found it so. */
  public static final String ADVANCE = "advance";

  /** An operator, whatever the window said. */
  public static final String FORCE = "force";

  /** The candidate failed too often. */
  public static final String ROLLBACK = "rollback";

  /** An operator. */
  public static final String MANUAL_ROLLBACK = "manual_rollback";
}
