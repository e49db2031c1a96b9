package dev.fairlead.gateway.totals;

import java.util.concurrent.CompletableFuture;

/** Where gateways add up what each of them has counted. Thread-safe; does not block. */
interface TotalsShare {

  /**
   * Takes over what one gateway has counted since its start, and tells the sums over all, those
   * that have ended included. Telling the same again changes nothing, and what was told out of turn
   * is left out.
   *
   * @param order greater than that of everything that this gateway has counted before
   */
  CompletableFuture<Totals> tell(Totals own, long order);
}
