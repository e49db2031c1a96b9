package dev.fairlead.gateway.budget;

import dev.fairlead.gateway.keys.Owner;
import dev.fairlead.gateway.ledger.Ledger;
import dev.fairlead.gateway.ledger.RunningLedger;
import dev.fairlead.gateway.ledger.UsageQuery;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;

/** The past as the ledger has it; without a ledger nobody has spent anything. */
public final class LedgerSpending implements Spending {

  /** Rows on their way count as well; whoever asks waits so long for them. */
  private static final Duration CATCH_UP = Duration.ofSeconds(2);

  private final RunningLedger ledger;

  /** Asks this ledger. */
  public LedgerSpending(RunningLedger ledger) {
    this.ledger = ledger;
  }

  @Override
  public Spent of(String tenant, Owner.Kind kind, String id, LocalDate today) {
    if (!ledger.enabled()) {
      return Spent.NOTHING;
    }
    Ledger open =
        ledger
            .ledger()
            .orElseThrow(() -> new IllegalStateException("the ledger could not be opened yet"));
    if (!ledger.catchUp(CATCH_UP)) {
      throw new IllegalStateException("the ledger does not know all that was spent yet");
    }
    return new Spent(
        spent(open, tenant, kind, id, start(today)),
        spent(open, tenant, kind, id, start(today.withDayOfMonth(1))),
        spent(open, tenant, kind, id, Instant.EPOCH));
  }

  private static Instant start(LocalDate day) {
    return day.atStartOfDay(ZoneOffset.UTC).toInstant();
  }

  private static long spent(Ledger open, String tenant, Owner.Kind kind, String id, Instant from) {
    UsageQuery.By by =
        switch (kind) {
          case KEY -> UsageQuery.By.KEY;
          case TEAM -> UsageQuery.By.TEAM;
          case TENANT -> UsageQuery.By.TENANT;
        };
    String name = kind == Owner.Kind.TEAM ? id.substring(tenant.length() + 1) : id;
    Instant to = Instant.now().plusSeconds(3600);
    return open.report(new UsageQuery(from, to, by, tenant)).lines().stream()
        .filter(line -> line.name().equals(name))
        .mapToLong(line -> line.costNanoUsd())
        .sum();
  }
}
