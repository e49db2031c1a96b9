package dev.fairlead.gateway.keys;

/**
 * What the keys of a team, or of a whole tenant, may use together.
 *
 * @param team empty for the tenant's
 */
public record SharedQuota(String tenant, String team, Quota quota) {

  /** What older documents leave out is empty. */
  public SharedQuota {
    team = team == null ? "" : team;
    quota = quota == null ? Quota.NONE : quota;
  }
}
