package dev.fairlead.telemetry;

import io.grpc.ServerCall;

/** Runs every callback of a handler inside its call's scope. */
final class ScopedListener<Q> extends ServerCall.Listener<Q> {

  private final ServerCall.Listener<Q> delegate;
  private final CallScope scope;
  private final MeasuredServerCall<Q, ?> call;

  ScopedListener(ServerCall.Listener<Q> delegate, CallScope scope, MeasuredServerCall<Q, ?> call) {
    this.delegate = delegate;
    this.scope = scope;
    this.call = call;
  }

  @Override
  public void onMessage(Q message) {
    CallScope.Entered entered = scope.enter();
    try {
      delegate.onMessage(message);
    } catch (RuntimeException | Error e) {
      call.failed(e);
      throw e;
    } finally {
      entered.leave();
    }
  }

  @Override
  public void onHalfClose() {
    CallScope.Entered entered = scope.enter();
    try {
      delegate.onHalfClose();
    } catch (RuntimeException | Error e) {
      call.failed(e);
      throw e;
    } finally {
      entered.leave();
    }
  }

  @Override
  public void onCancel() {
    call.cancelled();
    scope.run(delegate::onCancel);
  }

  @Override
  public void onComplete() {
    call.completed();
    scope.run(delegate::onComplete);
  }

  @Override
  public void onReady() {
    scope.run(delegate::onReady);
  }
}
