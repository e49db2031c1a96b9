package dev.fairlead.onnx.decoder;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Generates for many callers on one thread: between two steps waiting requests join the batch and
 * finished or cancelled ones leave it. A new prompt is computed in parts between the steps of the
 * others, so that a long one does not hold them up. What does not fit into the batch waits in a
 * bounded queue. Thread-safe.
 */
public final class DecoderLoop implements AutoCloseable {

  private static final long IDLE_MILLIS = 200;

  private final TextDecoder decoder;
  private final DecoderSteps steps;
  private final int maxBatch;
  private final ArrayBlockingQueue<Running> waiting;
  private final Thread thread;
  private @Nullable Running starting;
  private volatile boolean closed;
  private volatile boolean over;

  /**
   * Starts the thread.
   *
   * @param decoder closed with the loop
   * @param maxBatch sequences that are computed together, 1 or more
   * @param queue sequences that may wait, 1 or more
   */
  public DecoderLoop(TextDecoder decoder, int maxBatch, int queue) {
    this.decoder = decoder;
    this.steps = decoder.steps();
    this.maxBatch = maxBatch;
    this.waiting = new ArrayBlockingQueue<>(queue);
    this.thread = Thread.ofPlatform().name("decoder").daemon().start(this::work);
  }

  /** An answer under way. */
  public interface Ticket {
    /** Ends it after the step under way; its listener hears nothing more. */
    void cancel();
  }

  /** Begins an answer without waiting; null when the queue is full or the loop closed. */
  public @Nullable Ticket submit(Generation generation, Generation.Listener listener) {
    Running running = new Running(decoder, generation, listener);
    if (closed || !waiting.offer(running) || (over && waiting.remove(running))) {
      return null;
    }
    return () -> {
      running.cancel();
      waiting.remove(running);
    };
  }

  private void work() {
    List<Running> batch = new ArrayList<>();
    try {
      while (!closed || !batch.isEmpty() || starting != null || !waiting.isEmpty()) {
        batch.removeIf(Running::leaves);
        join(batch);
        if (!batch.isEmpty()) {
          advance(batch);
        }
      }
    } finally {
      closed = true;
      over = true;
      end(batch);
    }
  }

  /** Nobody waits for a loop that is gone. */
  private void end(List<Running> batch) {
    if (starting != null) {
      batch.add(starting);
    }
    waiting.drainTo(batch);
    for (Running running : batch) {
      running.fail(new DecoderException("the decoder has stopped"));
      running.close();
    }
    decoder.close();
  }

  /** Computes prompts, about one part of one before the others have their next token. */
  private void join(List<Running> batch) {
    int left = DecoderSteps.PREFILL_CHUNK;
    while (left > 0 && batch.size() < maxBatch) {
      if (starting == null) {
        starting = batch.isEmpty() ? await() : waiting.poll();
      }
      Running next = starting;
      if (next == null) {
        return;
      }
      int before = next.row().computed();
      if (next.leaves() || prefilled(next)) {
        starting = null;
        if (!next.leaves()) {
          batch.add(next);
        }
      }
      left -= Math.max(1, next.row().computed() - before);
    }
  }

  /** Whether there is nothing more to compute of the prompt. */
  private boolean prefilled(Running next) {
    try {
      float[] logits = steps.prefillSome(next.row());
      if (logits == null) {
        return false;
      }
      next.accept(logits);
    } catch (RuntimeException | OutOfMemoryError e) {
      next.fail(failure(e));
    }
    return true;
  }

  private @Nullable Running await() {
    try {
      return waiting.poll(IDLE_MILLIS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      return null;
    }
  }

  private void advance(List<Running> batch) {
    try {
      List<float[]> logits = steps.next(batch.stream().map(Running::row).toList());
      Iterator<float[]> each = logits.iterator();
      batch.forEach(running -> running.accept(each.next()));
    } catch (RuntimeException | OutOfMemoryError e) {
      batch.forEach(running -> running.fail(failure(e)));
    }
  }

  private static DecoderException failure(Throwable thrown) {
    return thrown instanceof DecoderException known
        ? known
        : new DecoderException("the decoder failed: " + thrown, thrown);
  }

  /** Lets what has begun finish, then frees the decoder. Does not wait. */
  @Override
  public void close() {
    closed = true;
    thread.interrupt();
  }

  /** Waits for the end of the loop after {@link #close}; whether it came in time. */
  public boolean awaitEnd(java.time.Duration atMost) throws InterruptedException {
    return thread.join(atMost);
  }
}
