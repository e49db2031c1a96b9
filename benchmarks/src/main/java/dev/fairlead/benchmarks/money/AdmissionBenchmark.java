package dev.fairlead.benchmarks.money;

import dev.fairlead.gateway.budget.MemoryBudgetStore;
import dev.fairlead.gateway.budget.Reservation;
import dev.fairlead.gateway.keys.Principal;
import dev.fairlead.gateway.limits.MemoryLimitStore;
import dev.fairlead.gateway.limits.RateLimiter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/**
 * A request let in without Redis: its key among a thousand, requests, tokens and concurrency at
 * three levels, money held on three levels; and the end of all that, which a request pays after its
 * answer. One operation is one request.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class AdmissionBenchmark {

  private static final int KEYS = 1000;

  private final Door door;

  /** Makes the keys. */
  public AdmissionBenchmark() {
    try {
      door =
          new Door(
              new MemoryLimitStore(System::nanoTime, Duration.ofMinutes(1), 1),
              new MemoryBudgetStore(InstantSource.system()),
              KEYS);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Whose a key is, alone. */
  @Benchmark
  public Principal key() {
    return door.authenticate();
  }

  /** Key, limits and reservation, and their end. */
  @Benchmark
  public long admission() {
    Principal principal = door.authenticate();
    RateLimiter.Pass pass = door.admitAndHold(principal);
    Reservation held = door.hold(principal, pass);
    Door.end(pass, held);
    return held.nanoUsd();
  }
}
