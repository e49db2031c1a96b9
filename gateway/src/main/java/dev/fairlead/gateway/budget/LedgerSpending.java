package dev.fairlead.gateway.budget;

import dev.fairlead.gateway.keys.Owner;
import dev.fairlead.gateway.ledger.RunningLedger;
import dev.fairlead.gateway.ledger.SpendQuery;
import dev.fairlead.gateway.ledger.SpendSums;
import dev.fairlead.gateway.ledger.UsageQuery;
import java.time.Duration;
import java.time.LocalDate;

/**
 * The past as the ledger has it, with the rows that are not in its database yet; without a ledger
 * nobody has spent anything.
 */
public final class LedgerSpending implements Spending {

  /** Longest wait for a database that is being opened or written to. */
  private static final Duration WAIT = Duration.ofSeconds(2);

  private final RunningLedger ledger;

  /** Asks this ledger. */
  public LedgerSpending(RunningLedger ledger) {
    this.ledger = ledger;
  }

  @Override
  public Spent of(String tenant, Owner.Kind kind, String id, LocalDate today) {
    SpendSums sums =
        ledger
            .spent(query(tenant, kind, id, today), WAIT)
            .orElseThrow(
                () -> new IllegalStateException("the ledger cannot tell what was spent yet"));
    return new Spent(sums.day(), sums.month(), sums.total());
  }

  private static SpendQuery query(String tenant, Owner.Kind kind, String id, LocalDate today) {
    return switch (kind) {
      case KEY -> new SpendQuery(tenant, UsageQuery.By.KEY, id, today);
      case TEAM ->
          new SpendQuery(tenant, UsageQuery.By.TEAM, id.substring(tenant.length() + 1), today);
      case TENANT -> new SpendQuery(tenant, UsageQuery.By.TENANT, tenant, today);
    };
  }
}
