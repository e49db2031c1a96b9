package dev.fairlead.gateway.pipeline;

import com.google.protobuf.ByteString;
import dev.fairlead.gateway.dialect.CacheControl;
import dev.fairlead.gateway.dialect.Controls;
import dev.fairlead.gateway.dialect.RequestFacts;
import dev.fairlead.gateway.keys.Grants;
import dev.fairlead.gateway.routing.ModelSelector;
import dev.fairlead.gateway.routing.PolicyName;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What must agree for two requests to be answered by one call: everything that the cache tells
 * entries apart by, and what else could change the answer, its form or its price.
 *
 * @param grants what the key may ask for: it decides which model answers
 * @param digest over the dialect and everything in the request but the model and the last user text
 * @param text the last user text
 * @param wishes but those about time, which each request keeps for itself
 * @param sticky whose canary assignment the answer has, null where nobody's matters: a user must
 *     not be told the other model's answer because of having asked at the same time as somebody
 *     else
 */
record SharingKey(
    String tenant,
    Grants grants,
    String model,
    ByteString digest,
    String text,
    boolean stream,
    Controls wishes,
    Map<String, String> forwardHeaders,
    @Nullable String sticky) {

  /**
   * The key of a request that may share.
   *
   * @param defaultPolicy label of the policy that decides where the request names none
   */
  static SharingKey of(InferenceRequest request, CallScope scope, String defaultPolicy) {
    RequestFacts facts = request.facts();
    String policy =
        ModelSelector.policyLabel(
            facts.model(),
            request.controls().policy(),
            scope.principal().grants().defaultPolicy(defaultPolicy));
    return new SharingKey(
        scope.tenant(),
        scope.principal().grants(),
        facts.model(),
        facts.scopeDigest(),
        facts.lastUserText(),
        facts.stream(),
        wishes(request.controls()),
        request.forwardHeaders(),
        PolicyName.CANARY.label().equals(policy) ? facts.user() : null);
  }

  private static Controls wishes(Controls controls) {
    return controls.equals(Controls.NONE)
        ? Controls.NONE
        : new Controls(
            controls.policy(),
            controls.maxCostNanoUsd(),
            controls.latencySlo(),
            controls.qualityTarget(),
            controls.cacheControl(),
            controls.tags());
  }

  /** Whether a request may be answered by what was or is being generated for another one. */
  static boolean mayShare(InferenceRequest request) {
    @Nullable CacheControl control = request.controls().cacheControl();
    return control == null || !control.noStore() && !control.noCache();
  }

  /** Without the prompt. */
  @Override
  public String toString() {
    return "request for " + model + ", " + text.length() + " characters";
  }
}
