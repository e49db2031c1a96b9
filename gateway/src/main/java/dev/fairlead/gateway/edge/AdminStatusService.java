package dev.fairlead.gateway.edge;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.HttpMethod;
import dev.fairlead.gateway.dialect.DialectCodec;
import dev.fairlead.gateway.state.AuditEntry;
import dev.fairlead.v1.GetStatusResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;

/**
 * {@code GET /v1/admin/status}: what runs here, how its providers are, and how models keep their
 * objectives.
 */
final class AdminStatusService extends AdminService {

  private static final int SHOWN_CHANGES = 20;

  private final EdgeServer.Parts parts;
  private final ModelHealthJson health;
  private final long startNanos = System.nanoTime();

  AdminStatusService(
      DialectCodec errors, AdminGuard guard, Executor blocking, EdgeServer.Parts parts) {
    super(errors, guard, blocking, HttpMethod.GET);
    this.parts = parts;
    this.health = new ModelHealthJson(parts);
  }

  @Override
  Object answer(HttpMethod method, ObjectNode body, String who) {
    ObjectNode node = Json.object();
    node.put("uptime_seconds", Duration.ofNanos(System.nanoTime() - startNanos).toSeconds());
    ObjectNode build = node.putObject("build");
    build.put("version", version());
    build.put("java", Runtime.version().toString());
    node.put("ready", parts.ready().getAsBoolean());
    node.put("policy", parts.steering().defaultPolicy().label());
    node.put("shared_state", parts.steering().shared().reachable() ? "available" : "unavailable");
    providers(node);
    health.addTo(node.putObject("burn"), node.putObject("models"));
    node.set("canary", AdminCanaryService.json(parts.steering().canary()));
    changes(node.putArray("changes"));
    return node;
  }

  static String version() {
    String version = AdminStatusService.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }

  private void providers(ObjectNode node) {
    CompletableFuture<GetStatusResponse> status = new CompletableFuture<>();
    parts.providers().status(status::complete, status::completeExceptionally);
    try {
      node.set("providers", ProviderStatusJson.providers(status.join()));
      node.put("provider_service", "available");
    } catch (CompletionException e) {
      node.putArray("providers");
      node.put("provider_service", "unavailable");
    }
  }

  private void changes(ArrayNode changes) {
    List<AuditEntry> all = parts.steering().shared().current().audit();
    for (AuditEntry entry : all.subList(Math.max(0, all.size() - SHOWN_CHANGES), all.size())) {
      ObjectNode change = changes.addObject();
      change.put("time", entry.time().toString());
      change.put("who", entry.who());
      change.put("what", entry.what());
      change.put("before", entry.before());
      change.put("after", entry.after());
    }
  }
}
