package dev.fairlead.gateway.steering;

import dev.fairlead.gateway.state.AuditEntry;
import dev.fairlead.gateway.state.CoalescedRun;
import dev.fairlead.gateway.state.SharedState;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps this replica in step with the others: follows the shared state, hands canary results on,
 * and records who changed what. Blocking work runs on virtual threads. Thread-safe.
 */
public final class Steering implements AutoCloseable {

  private static final Logger logger = LoggerFactory.getLogger(Steering.class);
  private static final Logger AUDIT = LoggerFactory.getLogger("dev.fairlead.audit");

  private final SharedState shared;
  private final CanaryTraffic canary;
  private final DefaultPolicy defaultPolicy;
  private final InstantSource clock;
  private final ExecutorService blocking = Executors.newVirtualThreadPerTaskExecutor();
  private final CoalescedRun looks = new CoalescedRun(blocking, this::follow);
  private final ScheduledFuture<?> ticks;

  /**
   * Begins to follow.
   *
   * @param every time between two looks at the shared state
   */
  public Steering(
      SharedState shared,
      CanaryTraffic canary,
      DefaultPolicy defaultPolicy,
      InstantSource clock,
      ScheduledExecutorService timer,
      Duration every) {
    this.shared = shared;
    this.canary = canary;
    this.defaultPolicy = defaultPolicy;
    this.clock = clock;
    shared.refresh();
    shared.onChange(looks::ask);
    this.ticks =
        timer.scheduleAtFixedRate(
            looks::ask, every.toMillis(), every.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void follow() {
    try {
      shared.refresh();
      canary.flush();
    } catch (UncheckedIOException e) {
      logger.debug("canary results wait for the shared state", e);
    } catch (RuntimeException e) {
      logger.error("the shared state cannot be followed", e);
    }
  }

  /** Runs what talks to the shared state. */
  public ExecutorService blocking() {
    return blocking;
  }

  /** The canary. */
  public CanaryTraffic canary() {
    return canary;
  }

  /** The default policy. */
  public DefaultPolicy defaultPolicy() {
    return defaultPolicy;
  }

  /** The shared document. */
  public SharedState shared() {
    return shared;
  }

  /** Records a change by an operator; blocks on the store. */
  public void audited(String who, String what, String before, String after) {
    AUDIT.info("{} changed {} from {} to {}", who, what, before, after);
    AuditEntry entry = new AuditEntry(clock.instant(), who, what, before, after);
    shared.update(state -> state.audited(entry));
  }

  /** Hands on what is left and lets go of the store; blocks. */
  @Override
  public void close() {
    ticks.cancel(false);
    follow();
    blocking.close();
    shared.close();
  }
}
