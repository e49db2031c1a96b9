package dev.fairlead.onnx.decoder;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Generates for many callers on one thread: between two steps waiting requests join the batch and
 * finished or cancelled ones leave it. What does not fit into the batch waits in a bounded queue.
 * Thread-safe.
 */
public final class DecoderLoop implements AutoCloseable {

  private static final long IDLE_MILLIS = 200;

  private final TextDecoder decoder;
  private final DecoderSteps steps;
  private final int maxBatch;
  private final ArrayBlockingQueue<Running> waiting;
  private final Thread thread;
  private volatile boolean closed;

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
    return !closed && waiting.offer(running) ? running : null;
  }

  private void work() {
    List<Running> batch = new ArrayList<>();
    try {
      while (!closed || !batch.isEmpty() || !waiting.isEmpty()) {
        batch.removeIf(Running::leaves);
        join(batch);
        if (!batch.isEmpty()) {
          advance(batch);
        }
      }
    } finally {
      batch.forEach(Running::close);
      decoder.close();
    }
  }

  private void join(List<Running> batch) {
    while (batch.size() < maxBatch) {
      Running next = batch.isEmpty() ? await() : waiting.poll();
      if (next == null) {
        return;
      }
      if (next.leaves()) {
        continue;
      }
      try {
        next.accept(steps.prefill(next.row()));
      } catch (DecoderException e) {
        next.fail(e);
      }
      if (!next.leaves()) {
        batch.add(next);
      }
    }
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
    } catch (DecoderException e) {
      batch.forEach(running -> running.fail(e));
    }
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
