package dev.fairlead.gateway.budget;

import dev.fairlead.gateway.keys.Owner;
import java.time.LocalDate;

/** What the ledger knows of a spender's past. Blocks. */
@FunctionalInterface
public interface Spending {

  /**
   * What was spent until now.
   *
   * @param today the running day of UTC
   */
  Spent of(String tenant, Owner.Kind kind, String id, LocalDate today);
}
