package dev.fairlead.common.rpc;

import io.grpc.BindableService;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ClientInterceptors;
import io.grpc.MethodDescriptor;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Services called through their generated stubs without leaving the process. Messages pass by
 * reference, callbacks run on the thread that causes them, and the handler runs in a child of the
 * caller's {@link io.grpc.Context}, so that identity, trace, deadline and cancellation need no
 * metadata. Otherwise calls behave as over a network: flow control, cancellation, deadlines,
 * trailers and an orderly shutdown. Thread-safe.
 */
public final class LocalServer implements AutoCloseable {

  private final Map<String, ServerMethodDefinition<?, ?>> methods = new HashMap<>();
  private final Set<LocalCall<?, ?>> running = ConcurrentHashMap.newKeySet();
  private final CountDownLatch drained = new CountDownLatch(1);
  private volatile boolean closed;

  private LocalServer() {}

  /**
   * Makes services callable.
   *
   * @param interceptors outermost first
   */
  public static LocalServer of(
      List<BindableService> services, List<ServerInterceptor> interceptors) {
    LocalServer server = new LocalServer();
    for (BindableService service : services) {
      ServerServiceDefinition definition =
          ServerInterceptors.intercept(service.bindService(), interceptors.reversed());
      definition
          .getMethods()
          .forEach(method ->
              server.methods.put(method.getMethodDescriptor().getFullMethodName(), method));
    }
    return server;
  }

  /**
   * A channel to the services.
   *
   * @param interceptors outermost first
   */
  public Channel channel(List<ClientInterceptor> interceptors) {
    return ClientInterceptors.intercept(new LocalChannel(), interceptors.reversed());
  }

  @Nullable ServerMethodDefinition<?, ?> method(String fullName) {
    return methods.get(fullName);
  }

  /** Whether the call may begin; {@link #ended} must follow if so. */
  boolean begins(LocalCall<?, ?> call) {
    running.add(call);
    if (closed) {
      ended(call);
      return false;
    }
    return true;
  }

  void ended(LocalCall<?, ?> call) {
    running.remove(call);
    if (closed && running.isEmpty()) {
      drained.countDown();
    }
  }

  /**
   * Refuses new calls, lets calls in flight finish for at most {@code grace}, then cancels them.
   * Blocks. May be called again.
   */
  public void close(Duration grace) {
    closed = true;
    try {
      if (!running.isEmpty() && !drained.await(grace.toMillis(), TimeUnit.MILLISECONDS)) {
        cancelAll();
      }
    } catch (InterruptedException e) {
      cancelAll();
      Thread.currentThread().interrupt();
    }
  }

  private void cancelAll() {
    running.forEach(
        call -> call.end(Status.UNAVAILABLE.withDescription("the service has been shut down")));
  }

  @Override
  public void close() {
    close(Duration.ofSeconds(30));
  }

  private final class LocalChannel extends Channel {
    @Override
    public <Q, R> ClientCall<Q, R> newCall(MethodDescriptor<Q, R> method, CallOptions options) {
      return new LocalCall<>(LocalServer.this, method, options);
    }

    @Override
    public String authority() {
      return "local";
    }
  }
}
