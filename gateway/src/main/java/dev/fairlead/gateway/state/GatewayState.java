package dev.fairlead.gateway.state;

import dev.fairlead.gateway.canary.CanaryState;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The shared document. Immutable.
 *
 * @param policy the operator's default policy, null when it is the file's
 * @param canary how far the canary has come, null before it was first looked at
 * @param shadowSpend what comparisons with the baseline cost lately, null before the first
 * @param audit the last {@link #AUDIT} changes, oldest first
 */
public record GatewayState(
    @Nullable PolicyOverride policy,
    @Nullable CanaryState canary,
    @Nullable ShadowSpend shadowSpend,
    List<AuditEntry> audit) {

  /** Nothing changed yet. */
  public static final GatewayState INITIAL = new GatewayState(null, null, null, List.of());

  static final int AUDIT = 200;

  /** Copies. */
  public GatewayState {
    audit = audit == null ? List.of() : List.copyOf(audit);
  }

  /** With another default policy. */
  public GatewayState withPolicy(PolicyOverride chosen) {
    return new GatewayState(chosen, canary, shadowSpend, audit);
  }

  /** With the canary elsewhere. */
  public GatewayState withCanary(CanaryState moved) {
    return new GatewayState(policy, moved, shadowSpend, audit);
  }

  /** With more spent on comparisons. */
  public GatewayState withShadowSpend(ShadowSpend spent) {
    return new GatewayState(policy, canary, spent, audit);
  }

  /** With one more change on record. */
  public GatewayState audited(AuditEntry entry) {
    List<AuditEntry> all = new ArrayList<>(audit);
    all.add(entry);
    return new GatewayState(
        policy, canary, shadowSpend, all.subList(Math.max(0, all.size() - AUDIT), all.size()));
  }
}
