package dev.fairlead.gateway.edge;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.HttpMethod;
import dev.fairlead.common.failure.Failure;
import dev.fairlead.gateway.canary.CanaryState;
import dev.fairlead.gateway.canary.Transition;
import dev.fairlead.gateway.dialect.DialectCodec;
import dev.fairlead.gateway.steering.CanaryTraffic;
import dev.fairlead.gateway.steering.StageChange;
import dev.fairlead.gateway.steering.Steering;
import java.util.List;

/**
 * {@code GET canary/status}, {@code POST canary/advance} with {@code {"force": true}} where the
 * window does not allow it yet, {@code POST canary/rollback}. All answer the status afterwards.
 */
final class AdminCanaryService extends AdminService {

  /** What the path asks for. */
  enum Step {
    /** Nothing is changed. */
    STATUS,
    /** The next stage. */
    ADVANCE,
    /** Stage 0. */
    ROLLBACK
  }

  private final Step step;
  private final Steering steering;

  AdminCanaryService(DialectCodec errors, AdminGuard guard, Step step, Steering steering) {
    super(
        errors, guard, steering.blocking(), step == Step.STATUS ? HttpMethod.GET : HttpMethod.POST);
    this.step = step;
    this.steering = steering;
  }

  @Override
  Object answer(HttpMethod method, ObjectNode body, String who) {
    CanaryTraffic canary = steering.canary();
    if (!canary.config().configured()) {
      throw new Failure.InvalidRequest(
              "canary: none is configured (expected: canary.baseline and canary.candidate)",
              null,
              "no_canary")
          .asException();
    }
    switch (step) {
      case STATUS -> {}
      case ADVANCE -> advance(body, who);
      case ROLLBACK -> {
        onlyKeys(body, List.of());
        audit(who, canary.rollBack());
      }
    }
    return json(canary);
  }

  private void advance(ObjectNode body, String who) {
    onlyKeys(body, List.of("force"));
    JsonNode force = body.path("force");
    if (!force.isMissingNode() && !force.isBoolean()) {
      throw Failure.InvalidRequest.of("force", "force: " + force + " (expected: true or false)")
          .asException();
    }
    CanaryTraffic canary = steering.canary();
    StageChange change = canary.advance(force.asBoolean(false));
    if (!change.moved()) {
      throw new Failure.InvalidRequest(refusal(canary, change.after()), null, "canary_not_ready")
          .asException();
    }
    audit(who, change);
  }

  private static String refusal(CanaryTraffic canary, CanaryState state) {
    int stages = canary.config().stages().size();
    return state.stage() >= stages
        ? "canary: stage " + state.stage() + " is the last one"
        : ("canary: %d of %d tries, burn %.2f (expected: a full window with a burn of at most %.2f;"
                + " {\"force\": true} does without)")
            .formatted(
                state.window().samples(),
                canary.config().window(),
                canary.burn(),
                canary.config().burnMultiplier());
  }

  private void audit(String who, StageChange change) {
    if (change.moved()) {
      steering.audited(who, "canary stage", stage(change.before()), stage(change.after()));
    }
  }

  private static String stage(CanaryState state) {
    return Integer.toString(state.stage());
  }

  static ObjectNode json(CanaryTraffic canary) {
    CanaryState state = canary.state();
    ObjectNode node = Json.object();
    node.put("configured", canary.config().configured());
    node.put("stage", state.stage());
    node.put("percent", canary.percent());
    node.put("candidate", canary.config().candidate());
    node.put("baseline", canary.config().baseline());
    node.put("window", canary.config().window());
    node.put("samples", state.window().samples());
    node.put("burn", canary.burn());
    ArrayNode history = node.putArray("history");
    for (Transition transition : state.history()) {
      ObjectNode entry = history.addObject();
      entry.put("time", transition.time().toString());
      entry.put("from", transition.from());
      entry.put("to", transition.to());
      entry.put("reason", transition.reason());
    }
    return node;
  }
}
