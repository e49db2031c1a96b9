package dev.fairlead.gateway.steering;

import dev.fairlead.gateway.state.GatewayState;
import dev.fairlead.gateway.state.PolicyOverride;
import dev.fairlead.gateway.state.SharedState;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The policy of the model {@code auto}: an operator's choice, until the file's own value changes;
 * else the file's. Thread-safe; {@link #choose} blocks on the store.
 */
public final class DefaultPolicy {

  private final String configured;
  private final SharedState shared;

  /**
   * @param configured label from the configuration
   */
  public DefaultPolicy(String configured, SharedState shared) {
    this.configured = configured;
    this.shared = shared;
  }

  /** Label of the policy in force. */
  public String label() {
    return label(shared.current());
  }

  private String label(GatewayState state) {
    PolicyOverride chosen = state.policy();
    return chosen != null && chosen.configured().equals(configured) ? chosen.policy() : configured;
  }

  /**
   * Puts another policy in force, for all replicas.
   *
   * @return label of the one that it takes the place of
   */
  public String choose(String policy) {
    AtomicReference<String> before = new AtomicReference<>(label());
    shared.update(state -> {
      before.set(label(state));
      return state.withPolicy(new PolicyOverride(policy, configured));
    });
    return before.get();
  }
}
