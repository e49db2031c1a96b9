package dev.fairlead.telemetry.failed;

import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanId;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Identity of a kept span: valid, not sampled. Its texts are written when a hop or a log line asks
 * for them; written twice they are the same.
 */
final class KeptContext implements SpanContext {

  private final KeptTrace trace;
  private final long id = ThreadLocalRandom.current().nextLong() | 1;
  private @Nullable String text;

  KeptContext(KeptTrace trace) {
    this.trace = trace;
  }

  @Override
  public String getTraceId() {
    return trace.id();
  }

  @Override
  public String getSpanId() {
    String known = text;
    if (known == null) {
      known = SpanId.fromLong(id);
      text = known;
    }
    return known;
  }

  @Override
  public TraceFlags getTraceFlags() {
    return TraceFlags.getDefault();
  }

  @Override
  public TraceState getTraceState() {
    return trace.state();
  }

  @Override
  public boolean isSampled() {
    return false;
  }

  @Override
  public boolean isValid() {
    return true;
  }

  @Override
  public boolean isRemote() {
    return false;
  }

  @Override
  public String toString() {
    return "KeptContext[" + getTraceId() + "-" + getSpanId() + "]";
  }
}
