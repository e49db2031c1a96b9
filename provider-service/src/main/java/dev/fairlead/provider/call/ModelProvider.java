package dev.fairlead.provider.call;

/**
 * Models behind one vendor's API. An adapter implements it, and each concern around it (breaker,
 * limits, timeouts, metrics) is a decorator. Thread-safe.
 */
public interface ModelProvider {

  /** What calls it can serve. Constant. */
  Capabilities capabilities();

  /**
   * Begins a call. Never blocks and never throws for what the vendor does; the listener hears of
   * the end exactly once, possibly before this method returns.
   *
   * @return the call under way, for back-pressure and cancellation
   */
  Exchange open(ModelCall call, AnswerListener listener);
}
