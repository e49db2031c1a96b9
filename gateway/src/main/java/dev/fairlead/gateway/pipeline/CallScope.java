package dev.fairlead.gateway.pipeline;

import dev.fairlead.gateway.keys.Principal;
import dev.fairlead.gateway.limits.LimitStatus;
import dev.fairlead.telemetry.CallContext;
import io.grpc.Context;
import io.grpc.Deadline;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/**
 * What one request carries over every hop: identity, trace, deadline and cancellation; and the
 * event loop that its steps run on, so that they never keep a scorer's or a vendor client's thread.
 * Thread-safe.
 */
public final class CallScope {

  private final Context.CancellableContext context;
  private final ScheduledExecutorService timer;
  private final Executor loop;
  private final long startNanos = System.nanoTime();
  private final StepTimes steps;
  private volatile boolean closed;
  private volatile Consumer<LimitStatus> limitListener = status -> {};

  private CallScope(
      Context.CancellableContext context, ScheduledExecutorService timer, Executor loop) {
    this.context = context;
    this.timer = timer;
    this.loop = loop;
    this.steps = new StepTimes(startNanos);
  }

  private CallScope(
      Context.CancellableContext context,
      ScheduledExecutorService timer,
      Executor loop,
      StepTimes steps) {
    this.context = context;
    this.timer = timer;
    this.loop = loop;
    this.steps = steps;
  }

  /**
   * Opens a scope.
   *
   * @param identity request id, tenant and trace, made by {@link CallContext#of}; of a gRPC caller
   *     also its deadline and cancellation
   * @param timeout total time of the request
   * @param timer fires the deadline
   * @param loop runs the steps of the request, one at a time
   */
  public static CallScope open(
      Context identity, Duration timeout, ScheduledExecutorService timer, Executor loop) {
    Deadline deadline = Deadline.after(timeout.toNanos(), TimeUnit.NANOSECONDS);
    return new CallScope(identity.withDeadline(deadline, timer), timer, loop);
  }

  /**
   * A scope for work that outlives this request when others share it: the same identity, trace and
   * event loop, a time and an end of its own.
   */
  CallScope detached(Duration timeout) {
    return open(context.fork(), timeout, timer, loop);
  }

  /** The same for a call that this request waits for: its steps are this request's. */
  CallScope detachedCall(Duration timeout) {
    Deadline deadline = Deadline.after(timeout.toNanos(), TimeUnit.NANOSECONDS);
    return new CallScope(context.fork().withDeadline(deadline, timer), timer, loop, steps);
  }

  /** A scope for a part of this request: its own id and end, the same deadline and cancellation. */
  public CallScope child(String requestId) {
    CallScope child =
        new CallScope(
            context.withValue(CallContext.REQUEST_ID, requestId).withCancellation(), timer, loop);
    child.limitListener = limitListener;
    return child;
  }

  /**
   * Runs {@code step} here and now so that calls it makes carry identity, trace, deadline and
   * cancellation.
   */
  public void run(Runnable step) {
    Context previous = context.attach();
    try {
      step.run();
    } finally {
      context.detach(previous);
    }
  }

  /** Runs {@code step} on the request's event loop, soon. */
  public void onLoop(Runnable step) {
    loop.execute(() -> run(step));
  }

  /**
   * Runs {@code step} with identity and trace, but unaffected by this request's end: for what must
   * still be said.
   */
  public void runDetached(Runnable step) {
    context.fork().run(step);
  }

  /** The caller went away: everything under way for the request ends. */
  public void cancel() {
    context.cancel(null);
  }

  /** Frees the deadline's timer; call it when the request has ended. */
  public void close() {
    closed = true;
    context.close();
  }

  /** Runs {@code later} on the request's timer; it may then have ended. */
  void schedule(long delayNanos, Runnable later) {
    timer.schedule(later, delayNanos, TimeUnit.NANOSECONDS);
  }

  /** Runs {@code ended} once when the request is cancelled, past its deadline or closed. */
  void whenEnded(Runnable ended) {
    context.addListener(end -> ended.run(), Runnable::run);
  }

  /** Whether the request came to an end of its own, and its sink hears of it. */
  boolean isClosed() {
    return closed;
  }

  /** Whether it was the deadline that ended the request. */
  boolean isPastDeadline() {
    return context.cancellationCause() instanceof TimeoutException;
  }

  /** Whether the request was cancelled or is past its deadline. */
  public boolean isCancelled() {
    return context.isCancelled();
  }

  /** Id of the request. */
  public String requestId() {
    return CallContext.REQUEST_ID.get(context);
  }

  /** Owner of the request. */
  public String tenant() {
    return CallContext.TENANT.get(context);
  }

  /** Who makes the request. */
  public Principal principal() {
    return Principal.CURRENT.get(context);
  }

  /** Trace context, in which the span is the request's own. */
  public io.opentelemetry.context.Context trace() {
    return CallContext.trace(context);
  }

  /** Id of the request's trace, 32 hexadecimal digits; empty without one. */
  public String traceId() {
    return CallContext.traceId(context);
  }

  /** Lets {@code listener} know what is left of the caller's limits, before the answer begins. */
  public void whenLimited(Consumer<LimitStatus> listener) {
    limitListener = listener;
  }

  /** Tells what is left of the caller's limits. */
  void tellLimits(LimitStatus status) {
    limitListener.accept(status);
  }

  /** When the request's steps began. */
  public StepTimes steps() {
    return steps;
  }

  /** Nanoseconds since the request arrived. */
  public long elapsedNanos() {
    return System.nanoTime() - startNanos;
  }

  /** {@link System#nanoTime} of the request's arrival. */
  public long startNanos() {
    return startNanos;
  }
}
