package dev.fairlead.gateway.edge;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.HttpMethod;
import dev.fairlead.common.failure.Failure;
import dev.fairlead.gateway.dialect.DialectCodec;
import dev.fairlead.gateway.routing.PolicyName;
import dev.fairlead.gateway.steering.Steering;
import java.util.List;

/**
 * {@code POST /v1/admin/policy} with {@code {"default_policy": "cheapest"}}: the policy of the
 * model {@code auto} from now on, for all replicas; {@code GET} tells it.
 */
final class AdminPolicyService extends AdminService {

  private static final String KEY = "default_policy";

  private final Steering steering;

  AdminPolicyService(DialectCodec errors, AdminGuard guard, Steering steering) {
    super(errors, guard, steering.blocking(), HttpMethod.GET, HttpMethod.POST);
    this.steering = steering;
  }

  @Override
  Object answer(HttpMethod method, ObjectNode body, String who) {
    if (method == HttpMethod.POST) {
      change(body, who);
    }
    return Json.object().put(KEY, steering.defaultPolicy().label());
  }

  private void change(ObjectNode body, String who) {
    onlyKeys(body, List.of(KEY));
    JsonNode asked = body.path(KEY);
    if (PolicyName.of(asked.asText()).isEmpty()) {
      throw Failure.InvalidRequest.of(
              KEY,
              KEY
                  + ": "
                  + (asked.isMissingNode() ? "missing" : asked)
                  + " (expected: one of "
                  + PolicyName.labels()
                  + ")")
          .asException();
    }
    String before = steering.defaultPolicy().choose(asked.asText());
    steering.audited(who, KEY, before, asked.asText());
  }
}
