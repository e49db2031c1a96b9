package dev.fairlead.gateway.edge;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.server.ServiceRequestContext;
import dev.fairlead.common.failure.Failure;
import dev.fairlead.gateway.dialect.DialectCodec;
import dev.fairlead.gateway.dialect.HttpFailures;
import dev.fairlead.gateway.keys.ApiKey;
import dev.fairlead.gateway.keys.KeyChanges;
import dev.fairlead.gateway.keys.SharedQuota;
import dev.fairlead.gateway.steering.Steering;
import java.time.Instant;
import java.util.List;
import java.util.Objects;

/**
 * {@code /v1/admin/keys}: GET lists keys and quotas, POST makes a key and is the only answer that
 * shows it; {@code /{id}/rotate}, {@code /{id}/cache}, {@code /{id}/revoke}; {@code /quotas} sets
 * what the keys of a team or tenant share.
 */
final class AdminKeysService extends AdminService {

  /** What the path asks for. */
  enum Step {
    /** List or create. */
    KEYS("", HttpMethod.GET, HttpMethod.POST),
    /** Set a team's or tenant's. */
    QUOTAS("/quotas", HttpMethod.POST),
    /** A new secret for a key. */
    ROTATE("/{id}/rotate", HttpMethod.POST),
    /** How a key's requests may use the cache. */
    CACHE("/{id}/cache", HttpMethod.POST),
    /** The end of a key. */
    REVOKE("/{id}/revoke", HttpMethod.POST);

    private final String path;
    private final HttpMethod[] methods;

    Step(String path, HttpMethod... methods) {
      this.path = path;
      this.methods = methods;
    }

    /** Behind {@code /v1/admin/keys}. */
    String path() {
      return path;
    }
  }

  private final Step step;
  private final Steering steering;
  private final KeyChanges changes;

  AdminKeysService(
      DialectCodec errors, AdminGuard guard, Step step, Steering steering, KeyChanges changes) {
    super(errors, guard, steering.blocking(), step.methods);
    this.step = step;
    this.steering = steering;
    this.changes = changes;
  }

  @Override
  Object answer(HttpMethod method, ObjectNode body, String who) {
    if (step == Step.QUOTAS) {
      return share(body, who);
    }
    if (method == HttpMethod.GET) {
      return KeyJson.all(changes.book(), Instant.now());
    }
    KeyChanges.Issued issued = changes.create(KeyBody.create(body, Instant.now()));
    steering.audited(who, name(issued.key()), "none", "created for " + owner(issued.key()));
    return shown(issued);
  }

  @Override
  Object answer(HttpMethod method, ObjectNode body, String who, ServiceRequestContext context) {
    String id = context.pathParam("id");
    return switch (step) {
      case KEYS, QUOTAS -> answer(method, body, who);
      case ROTATE -> rotate(Objects.requireNonNull(id), body, who);
      case CACHE -> cache(Objects.requireNonNull(id), body, who);
      case REVOKE -> revoke(Objects.requireNonNull(id), body, who);
    };
  }

  private Object rotate(String id, ObjectNode body, String who) {
    String before = state(id);
    KeyChanges.Issued issued =
        changes.rotate(id, KeyBody.grace(body)).orElseThrow(() -> unknown("active key"));
    steering.audited(who, name(issued.key()), before, before + ", rotated");
    return shown(issued);
  }

  private Object cache(String id, ObjectNode body, String who) {
    String before = changes.book().find(id).map(AdminKeysService::caching).orElse("none");
    ApiKey key = changes.cache(id, KeyBody.cache(body)).orElseThrow(() -> unknown("key"));
    steering.audited(who, name(key), "cache: " + before, "cache: " + caching(key));
    return KeyJson.one(key, Instant.now());
  }

  private Object revoke(String id, ObjectNode body, String who) {
    onlyKeys(body, List.of());
    String before = state(id);
    ApiKey key = changes.revoke(id).orElseThrow(() -> unknown("key"));
    steering.audited(who, name(key), before, "revoked");
    return KeyJson.one(key, Instant.now());
  }

  private Object share(ObjectNode body, String who) {
    SharedQuota quota = KeyBody.share(body);
    SharedQuota before =
        new SharedQuota(
            quota.tenant(), quota.team(), changes.book().quota(quota.tenant(), quota.team()));
    changes.share(quota);
    ObjectNode node = KeyJson.quota(quota);
    steering.audited(who, "shared quota", KeyJson.quota(before).toString(), node.toString());
    return node;
  }

  private static ObjectNode shown(KeyChanges.Issued issued) {
    ObjectNode node = Json.object();
    node.put("key", issued.token());
    node.setAll(KeyJson.one(issued.key(), Instant.now()));
    return node;
  }

  private String state(String id) {
    return changes.book().find(id).map(key -> KeyJson.status(key, Instant.now())).orElse("none");
  }

  private static String caching(ApiKey key) {
    ObjectNode node = Json.object();
    KeyJson.cache(node, key.cache());
    return node.toString();
  }

  private static String name(ApiKey key) {
    return "key " + key.id();
  }

  private static String owner(ApiKey key) {
    return key.team().isEmpty() ? key.tenant() : key.tenant() + "/" + key.team();
  }

  private static RuntimeException unknown(String what) {
    return new Failure.InvalidRequest(
            "id: no such " + what + " (expected: an id of GET /v1/admin/keys)",
            "id",
            HttpFailures.REQUEST_NOT_FOUND)
        .asException();
  }
}
