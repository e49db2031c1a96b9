package dev.fairlead.provider.call;

/** A call under way. Methods may be called from any thread, at any time, also after the end. */
public interface Exchange {

  /** A call that has ended already. */
  Exchange ENDED =
      new Exchange() {
        @Override
        public void resume() {}

        @Override
        public void cancel(UpstreamFailure reason) {}
      };

  /** The listener is ready again. */
  void resume();

  /**
   * Ends the call now: the vendor's connection or stream is closed, and the listener hears {@code
   * reason} as the failure unless the call has ended before.
   */
  void cancel(UpstreamFailure reason);
}
