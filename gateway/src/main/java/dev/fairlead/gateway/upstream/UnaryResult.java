package dev.fairlead.gateway.upstream;

import io.grpc.stub.StreamObserver;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A unary call's end as one of two callbacks. What the first throws goes to the second: thrown on,
 * it would end in the transport's log, and nobody would go on.
 */
public final class UnaryResult<T> implements StreamObserver<T> {

  private final Consumer<T> succeeded;
  private final Consumer<Throwable> failed;
  private @Nullable T value;

  /** Calls one of the two when the call ends, on the transport's thread. */
  public UnaryResult(Consumer<T> succeeded, Consumer<Throwable> failed) {
    this.succeeded = succeeded;
    this.failed = failed;
  }

  @Override
  public void onNext(T next) {
    value = next;
  }

  @Override
  public void onError(Throwable error) {
    failed.accept(error);
  }

  @Override
  public void onCompleted() {
    T result = value;
    if (result == null) {
      failed.accept(new IllegalStateException("a unary call ended without a value"));
    } else {
      try {
        succeeded.accept(result);
      } catch (RuntimeException | Error e) {
        failed.accept(e);
      }
    }
  }
}
