package dev.fairlead.gateway.ledger;

import dev.fairlead.gateway.journal.Journal;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.function.Supplier;

/** What is counted of the ledger. */
final class LedgerMetrics {

  private final Counter written;
  private final Counter full;
  private final Counter refused;
  private final Counter unwritten;
  private final Counter failures;
  private final MeterRegistry registry;

  LedgerMetrics(MeterRegistry registry, Supplier<Number> waiting) {
    this.registry = registry;
    written =
        Counter.builder("llm.router.ledger.rows").description("Rows written").register(registry);
    full = dropped(registry, "full");
    refused = dropped(registry, "refused");
    unwritten = dropped(registry, "stopped");
    failures =
        Counter.builder("llm.router.ledger.failures")
            .description("Batches that could not be written at once")
            .register(registry);
    Gauge.builder("llm.router.ledger.waiting", waiting)
        .description("Rows that are not in the database yet")
        .register(registry);
  }

  /** Also tells of a journal. */
  void watch(Journal<LedgerRow> journal) {
    Gauge.builder("llm.router.ledger.journal.bytes", journal, Journal::bytes)
        .description("Size of the journal")
        .register(registry);
    FunctionCounter.builder("llm.router.ledger.journal.damages", journal, Journal::damages)
        .description("Stretches of the journal that could not be read and were passed over")
        .register(registry);
  }

  private static Counter dropped(MeterRegistry registry, String reason) {
    return Counter.builder("llm.router.ledger.dropped")
        .description("Rows that are lost")
        .tag("reason", reason)
        .register(registry);
  }

  void written(int rows) {
    written.increment(rows);
  }

  void full() {
    full.increment();
  }

  void refused() {
    refused.increment();
  }

  void unwritten(int rows) {
    unwritten.increment(rows);
  }

  void failed() {
    failures.increment();
  }
}
