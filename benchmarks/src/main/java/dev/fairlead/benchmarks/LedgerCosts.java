package dev.fairlead.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import dev.fairlead.catalog.TokenUsage;
import dev.fairlead.common.config.ConfigSource;
import dev.fairlead.gateway.ledger.JdbcLedger;
import dev.fairlead.gateway.ledger.Ledger;
import dev.fairlead.gateway.ledger.LedgerConfig;
import dev.fairlead.gateway.ledger.LedgerRow;
import dev.fairlead.gateway.ledger.RunningLedger;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;

/**
 * CPU that a row of the ledger costs the whole process, garbage collection and compilation
 * included. {@code import}: batches straight into the embedded database. {@code ledger}: rows come
 * at a steady rate and are offered as requests do. {@code none}: the same rows are made and thrown
 * away, to be subtracted.
 */
public final class LedgerCosts {

  private static final OperatingSystemMXBean SYSTEM =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
  private static final int TICKS_A_SECOND = 1000;

  private LedgerCosts() {}

  /**
   * Measures.
   *
   * @param arguments {@code import ROUNDS ROWS}, or {@code ledger|none ROUNDS SECONDS RATE}, and
   *     then keys of the section {@code ledger} as YAML, such as {@code "journal: false"}
   */
  public static void main(String[] arguments) throws IOException {
    int rounds = Integer.parseInt(arguments[1]);
    if (arguments[0].equals("import")) {
      imports(rounds, Integer.parseInt(arguments[2]), config(arguments, 3));
    } else {
      int seconds = Integer.parseInt(arguments[2]);
      int rate = Integer.parseInt(arguments[3]);
      steady(arguments[0].equals("ledger"), rounds, seconds, rate, config(arguments, 4));
    }
  }

  private static LedgerConfig config(String[] arguments, int at) {
    String keys = arguments.length > at ? arguments[at] : "";
    return ConfigSource.parse("benchmark", "ledger: {" + keys + "}", Map.of())
        .section("ledger", LedgerConfig.class);
  }

  private static void imports(int rounds, int rows, LedgerConfig config) throws IOException {
    Path directory = Files.createTempDirectory("fairlead-benchmark");
    try (Ledger ledger = JdbcLedger.open(config, directory)) {
      for (int round = 0; round < rounds; round++) {
        long cpu = SYSTEM.getProcessCpuTime();
        long begin = System.nanoTime();
        for (int written = 0; written < rows; written += config.batch()) {
          List<LedgerRow> batch = new ArrayList<>();
          for (int i = 0; i < config.batch(); i++) {
            batch.add(row());
          }
          ledger.write(batch);
        }
        told("import", rows, SYSTEM.getProcessCpuTime() - cpu, System.nanoTime() - begin, "");
      }
    }
  }

  private static void steady(boolean kept, int rounds, int seconds, int rate, LedgerConfig config)
      throws IOException {
    Path directory = Files.createTempDirectory("fairlead-benchmark");
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    try (ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
        RunningLedger ledger =
            RunningLedger.start(
                config, directory, registry, timer, InstantSource.system(), opened -> {})) {
      for (int round = 0; round < rounds; round++) {
        long cpu = SYSTEM.getProcessCpuTime();
        Map<String, Long> threads = threads();
        long begin = System.nanoTime();
        for (int tick = 0; tick < seconds * TICKS_A_SECOND; tick++) {
          for (int i = 0; i < rate / TICKS_A_SECOND; i++) {
            LedgerRow row = row();
            if (kept) {
              ledger.sink().offer(row);
            }
          }
          awaitTick(begin, tick);
        }
        double dropped = registry.counter("llm.router.ledger.dropped", "reason", "full").count();
        long rows = (long) seconds * (rate / TICKS_A_SECOND) * TICKS_A_SECOND;
        told(
            kept ? "ledger" : "none",
            rows,
            SYSTEM.getProcessCpuTime() - cpu,
            System.nanoTime() - begin,
            spent(threads, rows)
                + ", "
                + ledger.waiting()
                + " not imported, "
                + (long) dropped
                + " dropped");
      }
    }
  }

  private static Map<String, Long> threads() {
    Map<String, Long> nanos = new TreeMap<>();
    for (long id : THREADS.getAllThreadIds()) {
      ThreadInfo thread = THREADS.getThreadInfo(id);
      if (thread != null) {
        nanos.merge(thread.getThreadName(), THREADS.getThreadCpuTime(id), Long::sum);
      }
    }
    return nanos;
  }

  private static String spent(Map<String, Long> before, long rows) {
    StringBuilder text = new StringBuilder();
    threads()
        .forEach((name, nanos) -> {
          double micros = (nanos - before.getOrDefault(name, 0L)) / 1e3 / rows;
          if (micros > 0.05) {
            text.append(", %s %.2f us".formatted(name, micros));
          }
        });
    return text.toString();
  }

  private static void awaitTick(long begin, int tick) {
    long until = begin + (tick + 1) * Duration.ofSeconds(1).toNanos() / TICKS_A_SECOND;
    for (long left = until - System.nanoTime(); left > 0; left = until - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
  }

  private static void told(String what, long rows, long cpuNanos, long nanos, String more) {
    System.out.printf(
        "%s: %.2f us of CPU a row, %,.0f rows/s%s%n",
        what, cpuNanos / 1e3 / rows, rows * 1e9 / nanos, more);
  }

  private static LedgerRow row() {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    Instant now = Instant.now();
    long high = now.toEpochMilli() << 16 | 0x7000 | random.nextInt(1 << 12);
    long low = random.nextLong() >>> 2 | 0x8000_0000_0000_0000L;
    return new LedgerRow(
        new UUID(high, low).toString(),
        "req-" + Long.toHexString(random.nextLong()) + Long.toHexString(low),
        now,
        new LedgerRow.Payer("acme", "search", "key_1"),
        List.of("blue", "green"),
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
        new UUID(low, high).toString().replace("-", ""),
        null);
  }
}
