package dev.fairlead.cache.store;

import java.util.List;

/** Carries changes between replicas, in order, at least once while they are connected. */
public interface ChangeFeed extends AutoCloseable {

  /**
   * Tells the other replicas. Does not block; when it cannot be delivered now, they will see {@link
   * Follower#gap()}.
   */
  void publish(Change change);

  /** Begins to follow. Calls come one after the other, on a thread that may block. */
  void follow(Follower follower);

  @Override
  void close();

  /** One who wants to know. */
  interface Follower {

    /** Another replica did this. */
    void changed(Change change);

    /** Other replicas did this, in this order. */
    default void changed(List<Change> changes) {
      changes.forEach(this::changed);
    }

    /**
     * Changes may have been missed, or nothing was heard so far: everything remembered about the
     * store is doubtful.
     */
    void gap();
  }

  /** The feed of a service that shares nothing: nobody publishes but itself. */
  static ChangeFeed none() {
    return new ChangeFeed() {
      @Override
      public void publish(Change change) {}

      @Override
      public void follow(Follower follower) {}

      @Override
      public void close() {}
    };
  }
}
