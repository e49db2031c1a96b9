package dev.fairlead.gateway.keys;

/**
 * One of those whose limits and budgets a request counts against.
 *
 * @param kind at which level
 * @param id unique among owners of its kind; never a secret
 * @param quota what it may use
 */
public record Owner(Kind kind, String id, Quota quota) {

  /** The levels, from the inside. */
  public enum Kind {
    /** A single key. */
    KEY,
    /** A team's keys together; the id is {@code tenant/team}. */
    TEAM,
    /** All keys of a tenant together. */
    TENANT
  }
}
