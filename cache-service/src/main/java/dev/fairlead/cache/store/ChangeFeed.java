package dev.fairlead.cache.store;

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
