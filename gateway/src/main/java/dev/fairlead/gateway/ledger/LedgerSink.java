package dev.fairlead.gateway.ledger;

/** Where requests leave their rows. Never blocks; thread-safe. */
@FunctionalInterface
public interface LedgerSink {

  /** Keeps none. */
  LedgerSink NONE = row -> {};

  /** Takes a row; one that there is no room for is dropped and counted. */
  void offer(LedgerRow row);
}
