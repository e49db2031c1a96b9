package dev.fairlead.telemetry;

import io.grpc.Context;
import io.opentelemetry.context.Scope;

/** Makes a call's context visible on the current thread: gRPC context and trace context. */
record CallScope(Context call, io.opentelemetry.context.Context trace) {

  static CallScope of(Context call) {
    return new CallScope(call, CallContext.TRACE.get(call));
  }

  void run(Runnable task) {
    Entered entered = enter();
    try {
      task.run();
    } finally {
      entered.leave();
    }
  }

  /** Must be left on the same thread; what was there before is put back. */
  @SuppressWarnings("MustBeClosedChecker") // Entered closes it
  Entered enter() {
    return new Entered(call, call.attach(), trace.makeCurrent());
  }

  record Entered(Context call, Context previous, Scope trace) {

    void leave() {
      trace.close();
      call.detach(previous);
    }
  }
}
