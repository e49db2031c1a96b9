package dev.fairlead.gateway.ledger;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.BlockingQueue;

/** What is counted of the ledger. */
final class LedgerMetrics {

  private final Counter written;
  private final Counter full;
  private final Counter refused;
  private final Counter unwritten;
  private final Counter failures;

  LedgerMetrics(MeterRegistry registry, BlockingQueue<LedgerRow> queue) {
    written =
        Counter.builder("llm.router.ledger.rows").description("Rows written").register(registry);
    full = dropped(registry, "full");
    refused = dropped(registry, "refused");
    unwritten = dropped(registry, "stopped");
    failures =
        Counter.builder("llm.router.ledger.failures")
            .description("Batches that could not be written at once")
            .register(registry);
    Gauge.builder("llm.router.ledger.waiting", queue, BlockingQueue::size)
        .description("Rows that wait to be written")
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
