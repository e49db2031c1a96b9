package dev.fairlead.gateway.ledger;

import java.time.LocalDate;

/**
 * Asks what one key, team or tenant has spent.
 *
 * @param by key, team or tenant
 * @param name of the key or team; ignored for a tenant
 * @param today the running day in UTC
 */
public record SpendQuery(String tenant, UsageQuery.By by, String name, LocalDate today) {

  /** Accepts those who can have a budget. */
  public SpendQuery {
    switch (by) {
      case KEY, TEAM, TENANT -> {}
      case MODEL, TAG, POLICY, DAY -> throw new IllegalArgumentException("spending by " + by);
    }
  }

  /** Whether a row of this payer counts. */
  boolean covers(LedgerRow.Payer payer) {
    return payer.tenant().equals(tenant)
        && switch (by) {
          case KEY -> payer.keyId().equals(name);
          case TEAM -> payer.team().equals(name);
          case TENANT, MODEL, TAG, POLICY, DAY -> true;
        };
  }

  /** What a day's cost adds. */
  SpendSums of(LocalDate day, long nanoUsd) {
    return new SpendSums(
        day.isBefore(today) ? 0 : nanoUsd,
        day.isBefore(today.withDayOfMonth(1)) ? 0 : nanoUsd,
        nanoUsd);
  }
}
