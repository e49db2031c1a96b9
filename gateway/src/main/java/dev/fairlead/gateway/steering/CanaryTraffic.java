package dev.fairlead.gateway.steering;

import dev.fairlead.gateway.canary.CanaryConfig;
import dev.fairlead.gateway.canary.CanaryRules;
import dev.fairlead.gateway.canary.CanaryState;
import dev.fairlead.gateway.canary.TryResult;
import dev.fairlead.gateway.live.TryOutcome;
import dev.fairlead.gateway.slo.Objective;
import dev.fairlead.gateway.state.GatewayState;
import dev.fairlead.gateway.state.SharedState;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.DoubleSupplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Who of the requests under the policy {@code canary} meets the candidate, and what came of it. The
 * stage is shared by all replicas; results are gathered here and handed on by {@link #flush}.
 * Thread-safe; only {@link #flush} and the operator's changes block.
 */
public final class CanaryTraffic {

  /** Results that wait for {@link #flush}; what does not fit is not counted. */
  private static final int WAITING = 4096;

  private final CanaryConfig config;
  private final Objective objective;
  private final CanaryRules rules;
  private final SharedState shared;
  private final InstantSource clock;
  private final ArrayBlockingQueue<TryResult> waiting = new ArrayBlockingQueue<>(WAITING);

  /**
   * @param objective what is promised of the candidate
   */
  public CanaryTraffic(
      CanaryConfig config, Objective objective, SharedState shared, InstantSource clock) {
    this.config = config;
    this.objective = objective;
    this.rules = new CanaryRules(config, objective);
    this.shared = shared;
    this.clock = clock;
  }

  /** The configuration. */
  public CanaryConfig config() {
    return config;
  }

  /** How far it has come. */
  public CanaryState state() {
    return of(shared.current());
  }

  /** How fast the candidate burns its budget in the present stage. */
  public double burn() {
    return rules.burn(state());
  }

  /** Percentage of the present stage. */
  public double percent() {
    return config.percent(state().stage());
  }

  /**
   * Whether a request meets the candidate. The same {@code sticky} always gives the same answer at
   * one stage, and stays with the candidate at every later one.
   */
  public boolean meetsCandidate(@Nullable String sticky, DoubleSupplier random) {
    double percent = percent();
    if (!config.configured() || percent <= 0) {
      return false;
    }
    double place = sticky == null ? random.getAsDouble() : place(sticky);
    return place * 100 < percent;
  }

  private double place(String sticky) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(config.candidate().getBytes(StandardCharsets.UTF_8));
      digest.update((byte) 0);
      byte[] hash = digest.digest(sticky.getBytes(StandardCharsets.UTF_8));
      return (ByteBuffer.wrap(hash).getLong() >>> 11) * 0x1.0p-53;
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java runtime has SHA-256", e);
    }
  }

  /** Counts the first try of a request that was to meet the candidate. */
  public void observe(TryOutcome outcome) {
    if (outcome.kind() == TryOutcome.Kind.NEUTRAL) {
      return;
    }
    boolean slow =
        outcome.latencyNanos() > objective.latencyP95Ms() * TimeUnit.MILLISECONDS.toNanos(1);
    TryResult result = outcome.failed() ? TryResult.FAILED : slow ? TryResult.SLOW : TryResult.GOOD;
    boolean counted = waiting.offer(result);
    assert counted || waiting.remainingCapacity() == 0;
  }

  /** Hands gathered results on and applies the rules; blocks on the store. */
  public void flush() {
    if (!config.configured() || waiting.isEmpty()) {
      return;
    }
    List<TryResult> tries = new ArrayList<>();
    waiting.drainTo(tries);
    StageChange ignored = change(state -> rules.after(state, tries, clock.instant()));
  }

  /**
   * Moves on one stage; blocks on the store.
   *
   * @return what changed; nothing when the window does not allow it yet and {@code force} is false
   */
  public StageChange advance(boolean force) {
    return change(state ->
        force || rules.mayAdvance(state) ? rules.advanced(state, force, clock.instant()) : state);
  }

  /** Takes all traffic from the candidate; blocks on the store. */
  public StageChange rollBack() {
    return change(state -> rules.rolledBack(state, clock.instant()));
  }

  private StageChange change(UnaryOperator<CanaryState> step) {
    AtomicReference<CanaryState> from = new AtomicReference<>(state());
    GatewayState changed =
        shared.update(state -> {
          // Made anew when another replica was first; the last one counts.
          CanaryState before = of(state);
          from.set(before);
          CanaryState after = step.apply(before);
          return after.equals(before) ? state : state.withCanary(after);
        });
    return new StageChange(from.get(), of(changed));
  }

  private CanaryState of(GatewayState state) {
    CanaryState known = state.canary();
    return known != null && known.isOf(config) ? known : CanaryState.initial(config);
  }
}
