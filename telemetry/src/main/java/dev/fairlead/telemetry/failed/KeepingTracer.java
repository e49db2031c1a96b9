package dev.fairlead.telemetry.failed;

import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Decides whether a trace that begins here is sampled, and follows its caller's decision otherwise.
 * Spans of sampled traces are the SDK's; of the others they are kept for {@link FailedTraces}.
 * Thread-safe.
 */
public final class KeepingTracer implements Tracer {

  private final Tracer sampled;
  private final double ratio;
  private final FailedTraces failures;
  private final InstrumentationScopeInfo scope;

  /**
   * A tracer.
   *
   * @param sampled records every span that it is asked for
   * @param ratio 0..1, share of the traces begun here that are sampled
   * @param failures gets what is kept of the others
   * @param scope name of the instrumentation
   */
  public KeepingTracer(Tracer sampled, double ratio, FailedTraces failures, String scope) {
    this.sampled = sampled;
    this.ratio = ratio;
    this.failures = failures;
    this.scope = InstrumentationScopeInfo.create(scope);
  }

  @Override
  public SpanBuilder spanBuilder(String name) {
    return new KeepingSpanBuilder(this, name);
  }

  boolean samples(SpanContext caller) {
    return caller.isValid()
        ? caller.isSampled()
        : ratio >= 1 || ThreadLocalRandom.current().nextDouble() < ratio;
  }

  SpanBuilder sampledBuilder(String name) {
    return sampled.spanBuilder(name);
  }

  KeptTrace newTrace(SpanContext caller) {
    return new KeptTrace(failures, scope, caller);
  }

  long nanoTime() {
    return failures.nanoTime();
  }
}
