package dev.fairlead.scorer;

import com.google.common.util.concurrent.MoreExecutors;
import dev.fairlead.common.failure.Failure;
import dev.fairlead.common.failure.FailureException;
import io.grpc.Context;
import io.grpc.Deadline;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A call on its way through the compute pool. Between two steps of a large call it goes back to the
 * end of the queue, so that small ones are not stuck behind it.
 */
final class QueuedCall implements Runnable, Context.CancellationListener {

  private final ComputePool pool;
  private final ComputePool.Work work;
  private final Context context;
  private final AtomicBoolean over = new AtomicBoolean();
  private volatile boolean started;
  private volatile long since;

  QueuedCall(ComputePool pool, ComputePool.Work work, Context context) {
    this.pool = pool;
    this.work = work;
    this.context = context;
  }

  void enqueue() {
    context.addListener(this, MoreExecutors.directExecutor());
    again();
  }

  @Override
  public void run() {
    if (!started) {
      pool.waited(System.nanoTime() - since);
      started = true;
    }
    Deadline deadline = context.getDeadline();
    if (context.isCancelled() || (deadline != null && deadline.isExpired())) {
      drop();
      return;
    }
    Context previous = context.attach();
    try {
      if (work.step()) {
        again();
      } else {
        end();
      }
    } catch (FailureException e) {
      fail(e.failure());
    } catch (RuntimeException | Error e) {
      // A text that overflows the stack or the heap must not take a place in the pool with it.
      pool.failed(e);
      fail(new Failure.Internal("the text could not be scored"));
    } finally {
      context.detach(previous);
    }
  }

  /**
   * The caller went away or its deadline passed. A step under way runs to its end: native code
   * cannot be stopped.
   */
  @Override
  public void cancelled(Context ignored) {
    if (pool.remove(this)) {
      drop();
    }
  }

  private void again() {
    since = System.nanoTime();
    try {
      pool.enqueue(this);
    } catch (RejectedExecutionException e) {
      fail(new Failure.UpstreamUnavailable("the scorer is shutting down", 0, null));
      return;
    }
    // It may have been cancelled just before it was in the queue to be found there.
    if (context.isCancelled()) {
      cancelled(context);
    }
  }

  private void drop() {
    Deadline deadline = context.getDeadline();
    boolean late = deadline != null && deadline.isExpired();
    pool.count(late ? "deadline" : "cancelled");
    fail(
        late
            ? new Failure.Timeout("scorer: the deadline passed before the text was scored")
            : new Failure.Cancelled("the caller cancelled the request"));
  }

  private void fail(Failure failure) {
    if (end()) {
      work.dropped(failure);
    }
  }

  private boolean end() {
    if (!over.compareAndSet(false, true)) {
      return false;
    }
    context.removeListener(this);
    pool.left();
    return true;
  }
}
