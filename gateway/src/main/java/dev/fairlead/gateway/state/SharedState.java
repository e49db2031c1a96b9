package dev.fairlead.gateway.state;

/** The gateway's copy of what an operator or a canary has changed. Thread-safe. */
public final class SharedState extends SharedDocument<GatewayState> {

  /** A copy of what {@code store} keeps; nothing is read yet. */
  public SharedState(StateStore store) {
    super(store, "the gateway's shared state", GatewayState.class, GatewayState.INITIAL);
  }
}
