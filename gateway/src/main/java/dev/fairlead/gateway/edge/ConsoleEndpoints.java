package dev.fairlead.gateway.edge;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServerBuilder;
import com.linecorp.armeria.server.ServiceRequestContext;
import com.linecorp.armeria.server.encoding.EncodingService;
import dev.fairlead.common.failure.Failure;
import dev.fairlead.gateway.console.ConsoleFiles;
import dev.fairlead.gateway.console.ConsoleView;
import dev.fairlead.gateway.dialect.DialectCodec;
import dev.fairlead.v1.GetStatsResponse;
import dev.fairlead.v1.GetStatusResponse;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** The web console: its pages for everybody, its data for those whom the guard lets in. */
final class ConsoleEndpoints {

  private static final String API = "/ui/api/";

  private final EdgeServer.Parts parts;
  private final DialectCodec errors;
  private final AdminGuard guard;
  private final ConsoleView view;
  private final ModelHealthJson health;

  ConsoleEndpoints(EdgeServer.Parts parts, DialectCodec errors, AdminGuard guard) {
    this.parts = parts;
    this.errors = errors;
    this.guard = guard;
    this.view = new ConsoleView(parts.requests(), parts.totals());
    this.health = new ModelHealthJson(parts);
  }

  void addTo(ServerBuilder builder, HttpService notFound) {
    ConsoleFiles files = new ConsoleFiles(notFound);
    builder.service("/ui", files).serviceUnder("/ui/", files);
    add(builder, "overview", context -> view.overview().thenApply(this::overview));
    add(builder, "recent", now(view::recent));
    add(builder, "request/{id}", this::request);
    add(builder, "models", context -> models());
    add(builder, "cache", context -> cache());
    add(builder, "canary", now(this::canary));
    add(
        builder,
        "keys",
        context -> ConsoleKeys.of(parts.keyChanges().book(), parts.budgets(), guard.hasToken()));
    builder.serviceUnder(API, notFound);
  }

  private void add(ServerBuilder builder, String path, ConsoleService.Source source) {
    HttpService service =
        new LimitedService(new ConsoleService(errors, guard, source), parts.limits(), null);
    builder.service(API + path, service.decorate(EncodingService.newDecorator()));
  }

  private static ConsoleService.Source now(Supplier<ObjectNode> tree) {
    return context -> CompletableFuture.completedFuture(tree.get());
  }

  private ObjectNode overview(ObjectNode node) {
    node.put("ready", parts.ready().getAsBoolean());
    node.put("version", AdminStatusService.version());
    node.put("policy", parts.steering().defaultPolicy().label());
    node.put("admin", guard.hasToken());
    return node;
  }

  private CompletableFuture<ObjectNode> request(ServiceRequestContext context) {
    String id = String.valueOf(context.pathParam("id"));
    return CompletableFuture.completedFuture(
        view.request(id)
            .orElseThrow(() ->
                new Failure.InvalidRequest(
                        "request: not among those that are remembered (expected: a recent id)",
                        "id",
                        "unknown_request")
                    .asException()));
  }

  private ObjectNode canary() {
    ObjectNode node = AdminCanaryService.json(parts.steering().canary());
    node.put("admin", guard.hasToken());
    node.put("burn_multiplier", parts.steering().canary().config().burnMultiplier());
    node.putPOJO("stages", parts.steering().canary().config().stages());
    return node;
  }

  /** Prices, breakers and how models keep their objectives; without breakers when nobody tells. */
  private CompletableFuture<ObjectNode> models() {
    CompletableFuture<GetStatusResponse> status = new CompletableFuture<>();
    parts.providers().status(status::complete, status::completeExceptionally);
    return status.handle((known, error) -> {
      ObjectNode node = Json.object();
      node.put("provider_service", error == null ? "available" : "unavailable");
      node.set(
          "providers",
          error == null ? ProviderStatusJson.providers(known) : Json.MAPPER.createArrayNode());
      node.set("models", ModelsService.catalogue(parts.catalogs()));
      health.addTo(node.putObject("burn"), node.putObject("statistics"));
      return node;
    });
  }

  private CompletableFuture<ObjectNode> cache() {
    CompletableFuture<GetStatsResponse> stats = new CompletableFuture<>();
    parts.cache().stats(stats::complete, stats::completeExceptionally);
    return stats
        .handle((known, error) -> {
          ObjectNode node = Json.object();
          node.put("cache_service", error == null ? "available" : "unavailable");
          node.set("stats", error == null ? CacheStatsService.json(known) : null);
          return node;
        })
        .thenCombine(view.cacheUse(), (node, answers) -> node.setAll(answers));
  }
}
