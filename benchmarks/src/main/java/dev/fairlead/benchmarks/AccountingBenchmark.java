package dev.fairlead.benchmarks;

import dev.fairlead.catalog.TokenUsage;
import dev.fairlead.common.config.ConfigSource;
import dev.fairlead.gateway.budget.BudgetConfig;
import dev.fairlead.gateway.budget.Budgets;
import dev.fairlead.gateway.budget.MemoryBudgetStore;
import dev.fairlead.gateway.budget.Reservation;
import dev.fairlead.gateway.budget.Spender;
import dev.fairlead.gateway.budget.Spent;
import dev.fairlead.gateway.keys.Owner;
import dev.fairlead.gateway.keys.SpendLimits;
import dev.fairlead.gateway.ledger.JdbcLedger;
import dev.fairlead.gateway.ledger.LedgerConfig;
import dev.fairlead.gateway.ledger.LedgerRow;
import dev.fairlead.gateway.ledger.LedgerWriter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * What accounting costs the request path: a row of the ledger made and handed over, while the
 * embedded database is written behind it; money held on three levels and settled, in memory.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class AccountingBenchmark {

  private static final LedgerRow.Payer PAYER = new LedgerRow.Payer("acme", "search", "key_1");
  private static final List<String> TAGS = List.of("blue", "green");
  private static final SpendLimits LIMITS =
      new SpendLimits(Long.MAX_VALUE / 4, Long.MAX_VALUE / 4, Long.MAX_VALUE / 4);
  private static final List<Spender> SPENDERS =
      List.of(
          new Spender("acme", Owner.Kind.KEY, "key_1", LIMITS),
          new Spender("acme", Owner.Kind.TEAM, "acme/search", LIMITS),
          new Spender("acme", Owner.Kind.TENANT, "acme", LIMITS));

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final ConfigSource config =
      ConfigSource.parse("benchmark", "ledger: {drain_timeout: 1ms}", Map.of());
  private final Budgets budgets =
      new Budgets(
          config.section("budgets", BudgetConfig.class),
          new MemoryBudgetStore(InstantSource.system()),
          (tenant, kind, id, today) -> Spent.NOTHING,
          (spender, window, percent, spent, limit) -> {},
          Runnable::run,
          InstantSource.system(),
          registry);
  private @Nullable LedgerWriter writer;

  /** Opens the ledger. */
  @Setup
  public void open() throws IOException {
    Path directory = Files.createTempDirectory("fairlead-benchmark");
    LedgerConfig settings = config.section("ledger", LedgerConfig.class);
    writer = LedgerWriter.start(settings, registry, () -> JdbcLedger.open(settings, directory));
  }

  /** Lets what waits be lost. */
  @TearDown
  public void close() {
    if (writer != null) {
      writer.close();
    }
  }

  /** Makes a row and hands it over; once the queue is full it is dropped instead. */
  @Benchmark
  public void ledgerRow() {
    LedgerRow row =
        new LedgerRow(
            "0199c0de-0000-7000-8000-000000000000",
            "req-0123456789abcdef0123456789abcdef",
            Instant.now(),
            PAYER,
            TAGS,
            new LedgerRow.Route(
                "auto",
                "small",
                "complexity",
                "low_complexity",
                "cheap",
                "text_short",
                OptionalDouble.of(0.2),
                "miss",
                OptionalDouble.empty()),
            new LedgerRow.Bill(
                TokenUsage.of(1000, 100),
                "reported",
                210_000,
                List.of(),
                3_500_000,
                3_290_000,
                OptionalLong.of(150_000_000),
                OptionalLong.of(600_000_000)),
            new LedgerRow.Timing(812_000, OptionalLong.of(120_000), 1),
            new LedgerRow.Outcome("success", ""),
            "0af7651916cd43dd8448eb211c80319c",
            null);
    if (writer != null) {
      writer.offer(row);
    }
  }

  /** Holds money for a request on all levels and settles it. */
  @Benchmark
  public long holdAndSettle() {
    Reservation held =
        budgets.reserve(SPENDERS, 210_000, 100_000, 10_000).toCompletableFuture().join();
    if (held == null) {
      throw new IllegalStateException("nothing was held");
    }
    held.settle(150_000);
    return held.nanoUsd();
  }
}
