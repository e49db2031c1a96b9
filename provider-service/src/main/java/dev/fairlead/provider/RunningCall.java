package dev.fairlead.provider;

import dev.fairlead.provider.generation.Generation;
import org.jspecify.annotations.Nullable;

/**
 * Connects a gRPC call, whose handlers must be set first, with its generation, which is started
 * afterwards.
 */
final class RunningCall {

  private @Nullable Generation generation;
  private boolean cancelled;

  void started(Generation newGeneration) {
    boolean late;
    synchronized (this) {
      generation = newGeneration;
      late = cancelled;
    }
    if (late) {
      newGeneration.cancel();
    } else {
      newGeneration.resume();
    }
  }

  void cancel() {
    Generation running;
    synchronized (this) {
      cancelled = true;
      running = generation;
    }
    if (running != null) {
      running.cancel();
    }
  }

  void resume() {
    Generation running;
    synchronized (this) {
      running = generation;
    }
    if (running != null) {
      running.resume();
    }
  }
}
