package dev.fairlead.gateway.ledger;

import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The ledger of a running gateway: it is written, and what is old becomes totals. */
public final class RunningLedger implements AutoCloseable {

  private static final Logger logger = LoggerFactory.getLogger(RunningLedger.class);
  private static final long ROLL_UP_MINUTES = 60;

  private final LedgerConfig config;
  private final @Nullable RowCarrier writer;
  private final @Nullable Future<?> rollUps;
  private final InstantSource clock;

  private RunningLedger(
      LedgerConfig config,
      @Nullable RowCarrier writer,
      ScheduledExecutorService timer,
      InstantSource clock) {
    this.config = config;
    this.writer = writer;
    this.clock = clock;
    this.rollUps =
        writer == null
            ? null
            : timer.scheduleAtFixedRate(
                () -> Thread.ofVirtual().name("ledger-roll-up").start(this::rollUp),
                1,
                ROLL_UP_MINUTES,
                TimeUnit.MINUTES);
  }

  /**
   * Starts; does not wait for the database.
   *
   * @param opened called once it is there, on a thread that may block
   */
  public static RunningLedger start(
      LedgerConfig config,
      Path dataDir,
      MeterRegistry registry,
      ScheduledExecutorService timer,
      InstantSource clock,
      Consumer<Ledger> opened) {
    RowCarrier writer =
        config.enabled()
            ? carrier(config, dataDir, registry, () -> open(config, dataDir, registry, opened))
            : null;
    return new RunningLedger(config, writer, timer, clock);
  }

  private static RowCarrier carrier(
      LedgerConfig config, Path dataDir, MeterRegistry registry, Supplier<Ledger> ledgers) {
    if (config.journal()) {
      try {
        return JournalingWriter.start(
            config, LedgerJournal.open(config, dataDir), registry, ledgers);
      } catch (IOException e) {
        logger.warn(
            "the ledger has no journal, a crash can lose its latest rows: {}", e.toString());
      }
    }
    return LedgerWriter.start(config, registry, ledgers);
  }

  private static Ledger open(
      LedgerConfig config, Path dataDir, MeterRegistry registry, Consumer<Ledger> opened) {
    Ledger ledger = JdbcLedger.open(config, dataDir, registry);
    try {
      opened.accept(ledger);
    } catch (LedgerException e) {
      logger.warn("nothing was learned from the ledger: {}", e.getMessage());
    }
    return ledger;
  }

  private void rollUp() {
    ledger()
        .ifPresent(ledger -> {
          LocalDate today = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
          try {
            int moved =
                ledger.rollUp(
                    today.minusDays(config.retention().toDays()),
                    today.minusDays(config.rollupRetention().toDays()));
            logger.debug("{} rows of the ledger became totals", moved);
          } catch (LedgerException e) {
            logger.warn("old rows of the ledger stay for now: {}", e.getMessage());
          }
        });
  }

  /** Where requests leave their rows. */
  public LedgerSink sink() {
    return writer == null ? LedgerSink.NONE : writer;
  }

  /** Whether there is to be a ledger. */
  public boolean enabled() {
    return config.enabled();
  }

  /** Whether rows hold prompts. */
  public boolean keepsPrompts() {
    return config.keepPrompts();
  }

  /** The database; empty when there is none, or it could not be opened yet. */
  public Optional<Ledger> ledger() {
    return writer == null ? Optional.empty() : Optional.ofNullable(writer.ledger());
  }

  /** Rows that are not in the database yet. */
  public long waiting() {
    return writer == null ? 0 : writer.waiting();
  }

  /**
   * Waits until the rows of all requests that ended before are in the database; blocks.
   *
   * @return whether they are
   */
  public boolean catchUp(Duration atMost) {
    return writer == null || writer.catchUp(atMost);
  }

  /**
   * What an owner has spent, with all requests that ended before; blocks.
   *
   * @return empty when that cannot be told in this time
   */
  public Optional<SpendSums> spent(SpendQuery query, Duration atMost) {
    return writer == null ? Optional.of(SpendSums.NOTHING) : writer.spent(query, atMost);
  }

  /** Writes what waits, at most for the drain time; blocks. */
  @Override
  public void close() {
    if (rollUps != null) {
      rollUps.cancel(false);
    }
    if (writer != null) {
      writer.close();
    }
  }
}
