package dev.fairlead.cache.bound;

import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Labels that outlive the process: the newest {@value #KEPT} of each group, oldest first, so that a
 * replica that starts knows what the others know. Does not block.
 */
public interface LabelLog {

  /** How many labels of a group are kept. */
  int KEPT = GroupController.WINDOW;

  /** Adds a label; lost when the store is away, which costs a little evidence. */
  void append(Label label);

  /** The labels of a group; fails when the store is away. */
  CompletableFuture<List<Label>> read(Group group);

  /** The log of a service that keeps nothing beyond its process. */
  static LabelLog none() {
    return new LabelLog() {
      @Override
      public void append(Label label) {}

      @Override
      public CompletableFuture<List<Label>> read(Group group) {
        return CompletableFuture.completedFuture(List.of());
      }
    };
  }
}
