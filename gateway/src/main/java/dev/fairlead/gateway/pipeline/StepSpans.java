package dev.fairlead.gateway.pipeline;

import dev.fairlead.gateway.pipeline.StepTimes.Step;
import dev.fairlead.gateway.routing.Candidate;
import dev.fairlead.gateway.routing.Decision;
import dev.fairlead.gateway.routing.Drop;
import dev.fairlead.telemetry.GenAi;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The steps of a call, one after the other: each ends where the next begins. Their times are put
 * down; a trace that is sampled has a span of each, on which the hops hang that the step makes. Not
 * thread-safe, as steps are not.
 */
final class StepSpans {

  static final AttributeKey<String> TENANT = AttributeKey.stringKey("fairlead.tenant");
  static final AttributeKey<String> POLICY = AttributeKey.stringKey("fairlead.policy");
  static final AttributeKey<String> TIER = AttributeKey.stringKey("fairlead.tier");
  static final AttributeKey<String> REASON = AttributeKey.stringKey("fairlead.reason");
  static final AttributeKey<String> MODEL = AttributeKey.stringKey("fairlead.model");
  static final AttributeKey<String> CACHE = AttributeKey.stringKey("fairlead.cache");
  static final AttributeKey<Double> COMPLEXITY = AttributeKey.doubleKey("fairlead.complexity");

  /** {@code model: reason} of each model that could not serve. */
  static final AttributeKey<List<String>> DROPPED = AttributeKey.stringArrayKey("fairlead.dropped");

  private static final int MOST_DROPPED = 32;

  private final StepTimes times;
  private final @Nullable Tracer tracer;
  private final Context parent;
  private String name = "";
  private Span current = Span.getInvalid();

  private StepSpans(StepTimes times, @Nullable Tracer tracer, Context parent) {
    this.times = times;
    this.tracer = tracer;
    this.parent = parent;
  }

  /** Of a call in that scope. */
  static StepSpans of(Tracer tracer, CallScope scope) {
    Context trace = scope.trace();
    Span request = Span.fromContext(trace);
    boolean told = request.isRecording() && request.getSpanContext().isSampled();
    return new StepSpans(scope.steps(), told ? tracer : null, trace);
  }

  /** Begins the first step, which began with the request. */
  void beginAt(Instant arrival, Step step) {
    if (tracer != null) {
      name = step.label();
      current = tracer.spanBuilder(name).setParent(parent).setStartTimestamp(arrival).startSpan();
    }
  }

  /** Ends the step before; goes on with it when it is the same. */
  void begin(Step step) {
    times.begin(step);
    if (tracer != null && !name.equals(step.label())) {
      current.end();
      name = step.label();
      current = tracer.spanBuilder(name).setParent(parent).startSpan();
    }
  }

  /** Says something of the step under way. */
  <T> void tell(AttributeKey<T> key, T value) {
    current.setAttribute(key, value);
  }

  /** The step under way has failed; the call may go on without it. */
  void failed(String errorType) {
    current.setStatus(StatusCode.ERROR);
    current.setAttribute(GenAi.ERROR_TYPE, errorType);
  }

  /** Makes calls that hang on the step under way. */
  void run(Runnable calls) {
    if (tracer == null || name.isEmpty()) {
      calls.run();
      return;
    }
    try (Scope ignored = parent.with(current).makeCurrent()) {
      calls.run();
    }
  }

  /** Ends the step under way; what follows has spans of its own. */
  void endBefore(Step next) {
    times.begin(next);
    end();
  }

  /** Ends the step under way; the call's own work is done. */
  void end() {
    current.end();
    current = Span.getInvalid();
    name = "";
  }

  /** What a decision left out, for {@link #DROPPED}; of many the first ones. */
  static List<String> dropped(Decision decision) {
    List<String> told = new ArrayList<>();
    for (Candidate candidate : decision.candidates()) {
      Drop why = candidate.dropped();
      if (why != null && told.size() < MOST_DROPPED) {
        told.add(candidate.model().id() + ": " + why.label());
      }
    }
    return told;
  }

  /** Whether anything is recorded. */
  boolean recording() {
    return tracer != null;
  }
}
