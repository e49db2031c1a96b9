package dev.fairlead.telemetry;

import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** Measures one call, once, when it is closed or cancelled, whichever comes first. */
final class MeasuredServerCall<Q, R> extends SimpleForwardingServerCall<Q, R> {

  private final MethodInstruments method;
  private final CallScope scope;
  private final Span span;
  private final long startNanos = System.nanoTime();
  private final AtomicBoolean ended = new AtomicBoolean();

  MeasuredServerCall(
      ServerCall<Q, R> delegate, MethodInstruments method, CallScope scope, Span span) {
    super(delegate);
    this.method = method;
    this.scope = scope;
    this.span = span;
  }

  @Override
  public void close(Status status, Metadata trailers) {
    end(status.getCode());
    super.close(status, trailers);
  }

  void cancelled() {
    end(Status.Code.CANCELLED);
  }

  /**
   * Changes nothing after an orderly close; gRPC itself closes a call, as UNKNOWN, when a callback
   * threw.
   */
  void completed() {
    end(Status.Code.UNKNOWN);
  }

  void failed(Throwable failure) {
    span.recordException(failure);
    end(Status.fromThrowable(failure).getCode());
  }

  private void end(Status.Code code) {
    if (!ended.compareAndSet(false, true)) {
      return;
    }
    long elapsed = System.nanoTime() - startNanos;
    if (span.getSpanContext().isSampled()) {
      // The bucket's example is the span of the call.
      scope.run(() -> method.timer(code).record(elapsed, TimeUnit.NANOSECONDS));
    } else {
      method.timer(code).record(elapsed, TimeUnit.NANOSECONDS);
    }
    if (span.isRecording()) {
      span.setAttribute(MethodInstruments.STATUS_CODE, (long) code.value());
      if (serverFault(code)) {
        span.setStatus(StatusCode.ERROR, code.name());
        span.setAttribute(GenAi.ERROR_TYPE, code.name());
      }
      span.end();
    }
  }

  /** The codes that the OpenTelemetry RPC conventions count as a server's own error. */
  private static boolean serverFault(Status.Code code) {
    return switch (code) {
      case UNKNOWN, DEADLINE_EXCEEDED, UNIMPLEMENTED, INTERNAL, UNAVAILABLE, DATA_LOSS -> true;
      case OK,
          CANCELLED,
          INVALID_ARGUMENT,
          NOT_FOUND,
          ALREADY_EXISTS,
          PERMISSION_DENIED,
          RESOURCE_EXHAUSTED,
          FAILED_PRECONDITION,
          ABORTED,
          OUT_OF_RANGE,
          UNAUTHENTICATED ->
          false;
    };
  }
}
