package dev.fairlead.common.rpc;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Deadline;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerMethodDefinition;
import io.grpc.Status;
import java.util.ArrayDeque;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One call inside the process: what either side has said and the other has not yet taken. State is
 * guarded by the call's own lock; listeners are told outside of it, each side's one callback after
 * another, by whichever thread has brought the news.
 */
final class LocalCall<Q, R> extends ClientCall<Q, R> {

  private static final Logger logger = LoggerFactory.getLogger(LocalCall.class);

  /** Fires deadlines that are earlier than the caller's own. */
  private static final ScheduledExecutorService TIMER =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("local-rpc-deadline").factory());

  private final LocalServer server;
  private final MethodDescriptor<Q, R> method;
  private final CallOptions options;
  private final Context callerContext = Context.current();
  private final AtomicInteger clientNews = new AtomicInteger();
  private final AtomicInteger handlerNews = new AtomicInteger();
  private final ArrayDeque<Q> requests = new ArrayDeque<>(2);
  private final ArrayDeque<R> responses = new ArrayDeque<>(2);

  private Context.@Nullable CancellableContext handlerContext;
  private Context.@Nullable CancellationListener cancellation;
  private @Nullable Listener<R> client;
  private @Nullable Metadata headersDue;
  private long clientWants;
  private boolean clientReadyDue;
  private boolean clientTold;

  private ServerCall.@Nullable Listener<Q> handler;
  private long handlerWants;
  private boolean handlerReadyDue;
  private boolean halfClosed;
  private boolean halfCloseTold;
  private boolean handlerTold;

  private @Nullable Status status;
  private Metadata trailers = new Metadata();
  private boolean cancelled;

  LocalCall(LocalServer server, MethodDescriptor<Q, R> method, CallOptions options) {
    this.server = server;
    this.method = method;
    this.options = options;
  }

  MethodDescriptor<Q, R> method() {
    return method;
  }

  @Override
  public void start(Listener<R> listener, Metadata headers) {
    client = listener;
    if (!server.begins(this)) {
      refuse(Status.UNAVAILABLE.withDescription("the service is shutting down"));
      return;
    }
    @SuppressWarnings("unchecked")
    ServerMethodDefinition<Q, R> definition =
        (ServerMethodDefinition<Q, R>) server.method(method.getFullMethodName());
    if (definition == null) {
      server.ended(this);
      refuse(Status.UNIMPLEMENTED.withDescription("no method " + method.getFullMethodName()));
      return;
    }
    Deadline deadline = options.getDeadline();
    Context.CancellableContext context =
        deadline == null
            ? callerContext.withCancellation()
            : callerContext.withDeadline(deadline, TIMER);
    handlerContext = context;
    Context.CancellationListener listening = cause -> end(Contexts.statusFromCancelled(cause));
    cancellation = listening;
    handlerNews.set(1);
    begin(definition, headers, context);
    context.addListener(listening, Runnable::run);
    tellHandlerInTurn();
  }

  private void begin(ServerMethodDefinition<Q, R> definition, Metadata headers, Context context) {
    Context previous = context.attach();
    try {
      handler = definition.getServerCallHandler().startCall(new LocalServerCall<>(this), headers);
    } catch (RuntimeException | Error e) {
      failed(e);
    } finally {
      context.detach(previous);
    }
  }

  private void refuse(Status refusal) {
    synchronized (this) {
      status = refusal;
      handlerTold = true;
    }
    tellClient();
  }

  @Override
  public void request(int count) {
    synchronized (this) {
      handlerReadyDue |= clientWants == 0 && !handlerTold;
      clientWants += count;
    }
    tellClient();
    tellHandler();
  }

  @Override
  public void sendMessage(Q message) {
    synchronized (this) {
      if (status != null) {
        return;
      }
      requests.add(message);
    }
    tellHandler();
  }

  @Override
  public void halfClose() {
    synchronized (this) {
      halfClosed = true;
    }
    tellHandler();
  }

  @Override
  public synchronized boolean isReady() {
    return handlerWants > 0 && requests.isEmpty() && status == null;
  }

  @Override
  public void cancel(@Nullable String message, @Nullable Throwable cause) {
    end(Status.CANCELLED.withDescription(message == null ? "the caller cancelled" : message));
  }

  /** Ends the call for both sides, whatever is still under way. */
  void end(Status reason) {
    synchronized (this) {
      if (clientTold) {
        return;
      }
      cancelled |= status == null;
      status = reason;
      trailers = new Metadata();
      responses.clear();
      requests.clear();
    }
    tellHandler();
    tellClient();
  }

  // What the handler does.

  void handlerRequests(int count) {
    synchronized (this) {
      clientReadyDue |= handlerWants == 0 && !halfClosed;
      handlerWants += count;
    }
    tellHandler();
    tellClient();
  }

  void handlerSendsHeaders(Metadata headers) {
    synchronized (this) {
      if (status != null) {
        return;
      }
      headersDue = headers;
    }
    tellClient();
  }

  void handlerSends(R message) {
    synchronized (this) {
      if (status != null) {
        return;
      }
      responses.add(message);
    }
    tellClient();
  }

  void handlerCloses(Status end, Metadata endTrailers) {
    synchronized (this) {
      if (status != null) {
        return;
      }
      // As over a network, the other side learns code and words but not the exception.
      status = end.getCause() == null ? end : end.withCause(null);
      trailers = endTrailers;
    }
    tellClient();
    tellHandler();
  }

  synchronized boolean clientReady() {
    return clientWants > 0 && status == null;
  }

  synchronized boolean isCancelled() {
    return cancelled;
  }

  // Telling.

  private void tellClient() {
    if (clientNews.getAndIncrement() != 0) {
      return;
    }
    // Blocking stubs wait for tasks of an executor of their own.
    Executor executor = options.getExecutor();
    if (executor == null) {
      tellClientInTurn();
    } else {
      executor.execute(this::tellClientInTurn);
    }
  }

  private void tellClientInTurn() {
    Context previous = callerContext.attach();
    try {
      int seen = 1;
      do {
        while (tellClientNext()) {
          // One after another.
        }
        seen = clientNews.addAndGet(-seen);
      } while (seen != 0);
    } finally {
      callerContext.detach(previous);
    }
  }

  private boolean tellClientNext() {
    Listener<R> listener = client;
    Metadata headers = null;
    R message = null;
    boolean ready = false;
    Status end = null;
    synchronized (this) {
      if (listener == null || clientTold) {
        return false;
      }
      if (headersDue != null) {
        headers = headersDue;
        headersDue = null;
      } else if (clientWants > 0 && !responses.isEmpty()) {
        clientWants--;
        message = responses.poll();
      } else if (status != null && responses.isEmpty()) {
        end = status;
        clientTold = true;
      } else if (clientReadyDue) {
        clientReadyDue = false;
        ready = true;
      } else {
        return false;
      }
    }
    try {
      if (headers != null) {
        listener.onHeaders(headers);
      } else if (message != null) {
        listener.onMessage(message);
      } else if (ready) {
        listener.onReady();
      } else if (end != null) {
        listener.onClose(end, trailers);
      }
    } catch (RuntimeException | Error e) {
      logger.warn("a caller of {} failed in a callback", method.getFullMethodName(), e);
      end(Status.CANCELLED.withDescription("the caller failed in a callback"));
    }
    return true;
  }

  private void tellHandler() {
    if (handlerNews.getAndIncrement() == 0) {
      tellHandlerInTurn();
    }
  }

  private void tellHandlerInTurn() {
    Context.CancellableContext context = handlerContext;
    if (context == null) {
      return;
    }
    Context previous = context.attach();
    try {
      int seen = 1;
      do {
        while (tellHandlerNext(context)) {
          // One after another.
        }
        seen = handlerNews.addAndGet(-seen);
      } while (seen != 0);
    } finally {
      context.detach(previous);
    }
  }

  private boolean tellHandlerNext(Context.CancellableContext context) {
    ServerCall.Listener<Q> listener = handler;
    Q message = null;
    boolean half = false;
    boolean ready = false;
    boolean end = false;
    synchronized (this) {
      if (handlerTold) {
        return false;
      }
      if (status != null) {
        end = true;
        handlerTold = true;
      } else if (handlerWants > 0 && !requests.isEmpty()) {
        handlerWants--;
        message = requests.poll();
      } else if (halfClosed && !halfCloseTold && requests.isEmpty()) {
        half = true;
        halfCloseTold = true;
      } else if (handlerReadyDue) {
        handlerReadyDue = false;
        ready = true;
      } else {
        return false;
      }
    }
    try {
      if (end) {
        finish(listener, context);
      } else if (listener == null) {
        return false;
      } else if (message != null) {
        listener.onMessage(message);
      } else if (half) {
        listener.onHalfClose();
      } else if (ready) {
        listener.onReady();
      }
    } catch (RuntimeException | Error e) {
      failed(e);
    }
    return true;
  }

  private void finish(
      ServerCall.@Nullable Listener<Q> listener, Context.CancellableContext context) {
    Context.CancellationListener listening = cancellation;
    if (listening != null) {
      context.removeListener(listening);
    }
    try {
      if (listener != null) {
        if (isCancelled()) {
          context.cancel(null);
          listener.onCancel();
        } else {
          listener.onComplete();
        }
      }
    } finally {
      context.cancel(null);
      server.ended(this);
    }
  }

  private void failed(Throwable failure) {
    logger.error("the handler of {} failed", method.getFullMethodName(), failure);
    handlerCloses(Status.UNKNOWN.withDescription("the service failed inside"), new Metadata());
  }
}
