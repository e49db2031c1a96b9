package dev.fairlead.gateway.edge;

import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServerBuilder;
import dev.fairlead.gateway.LimitsConfig;
import dev.fairlead.gateway.StreamsConfig;
import dev.fairlead.gateway.dialect.DialectCodec;
import dev.fairlead.gateway.dialect.ScanLimits;
import dev.fairlead.gateway.dialect.anthropic.AnthropicMessagesCodec;
import dev.fairlead.gateway.dialect.openai.OpenAiChatCodec;
import dev.fairlead.gateway.dialect.openai.OpenAiCompletionsCodec;
import dev.fairlead.gateway.dialect.openai.OpenAiEmbeddingsCodec;
import dev.fairlead.gateway.dialect.responses.ResponsesCodec;
import dev.fairlead.gateway.keys.KeyDirectory;
import dev.fairlead.gateway.pipeline.InferencePipeline;
import dev.fairlead.gateway.steering.Steering;
import dev.fairlead.telemetry.ManagementServer;
import dev.fairlead.telemetry.PrometheusScrape;
import java.time.InstantSource;
import java.util.Locale;

/** Every endpoint of the gateway in one list. */
final class Endpoints {

  private Endpoints() {}

  /**
   * Adds them.
   *
   * @param administration whether also those that steer the gateway: the admin API, the console and
   *     the flush of the cache
   */
  static void addTo(ServerBuilder builder, EdgeServer.Parts parts, boolean administration) {
    LimitsConfig limits = parts.limits();
    ScanLimits scan = limits.scan();
    DialectCodec chat = new OpenAiChatCodec(scan);
    DialectCodec completions = new OpenAiCompletionsCodec(scan);
    AnthropicMessagesCodec messages = new AnthropicMessagesCodec(scan);
    ErrorDialects errors = new ErrorDialects(chat, messages);
    EdgeContext edge =
        new EdgeContext(parts.telemetry().openTelemetry(), parts.telemetry().tracer(), limits);
    StreamsConfig streams = parts.streams();
    InferencePipeline pipeline = parts.pipeline();
    ModelsService models = new ModelsService(errors, parts.catalogs());

    Limited limited = new Limited(builder, limits, parts.keys());
    limited
        .keyed("/v1/chat/completions", new ChatService(chat, edge, pipeline, streams))
        .keyed("/v1/completions", new ChatService(completions, edge, pipeline, streams))
        .keyed("/v1/messages", new ChatService(messages, edge, pipeline, streams))
        .keyed(
            "/v1/messages/count_tokens",
            new CountTokensService(messages, edge, pipeline, parts.catalogs()))
        .keyed("/v1/responses", new ChatService(new ResponsesCodec(scan), edge, pipeline, streams))
        .keyed(
            "/v1/embeddings",
            new EmbeddingsService(
                new OpenAiEmbeddingsCodec(scan),
                chat,
                edge,
                parts.catalogs(),
                parts.scorer(),
                pipeline))
        .keyed("/v1/models", models)
        .keyed("/v1/models/{*id}", models)
        .keyed(
            "/v1/batch",
            new BatchService(
                new BatchRun.BatchCodecs(chat, completions), scan, limits, edge, pipeline))
        .keyed("/v1/infer", new InferService(chat, edge, pipeline, scan))
        .keyed("/v1/route", new RouteService(chat, edge, pipeline, scan))
        .keyed(
            "/v1/feedback",
            new FeedbackService(
                chat, edge, pipeline, parts.recent(), parts.ratings(), parts.cache()));
    operations(limited, parts, chat);
    NotFoundService notFound = new NotFoundService(errors);
    if (administration) {
      AdminGuard admin = new AdminGuard(parts.security().adminToken());
      administration(limited, parts, chat, admin);
      if (parts.console().enabled()) {
        new ConsoleEndpoints(parts, chat, admin).addTo(builder, notFound);
      }
    }
    builder.serviceUnder("/", notFound).errorHandler(new DialectErrors(errors));
  }

  /** Adds endpoints of ours, each behind the limits that concern every request. */
  private record Limited(ServerBuilder builder, LimitsConfig limits, KeyDirectory keys) {
    Limited service(String path, EdgeService service) {
      builder.service(path, new LimitedService(service, limits, null));
      return this;
    }

    /** One that only the holder of a key may use, once there are keys. */
    Limited keyed(String path, EdgeService service) {
      builder.service(path, new LimitedService(service, limits, keys));
      return this;
    }
  }

  private static void operations(Limited limited, EdgeServer.Parts parts, DialectCodec errors) {
    HttpService ready = ManagementServer.readyz(parts.ready());
    limited
        .service("/cache/stats", new CacheStatsService(errors, parts.cache()))
        .service("/health", new HealthService(errors, parts.providers(), parts.ready()));
    limited
        .builder()
        .service("/healthz", ManagementServer.healthz())
        .service("/v1/healthz", ManagementServer.healthz())
        .service("/readyz", ready)
        .service("/v1/readyz", ready)
        .service(
            "/metrics",
            new MetricsService(new PrometheusScrape(parts.telemetry().registry()), parts.totals()));
  }

  private static void administration(
      Limited limited, EdgeServer.Parts parts, DialectCodec errors, AdminGuard admin) {
    Steering steering = parts.steering();
    limited
        .service("/cache/flush", new CacheFlushService(errors, parts.cache(), admin, steering))
        .service(
            "/v1/admin/status", new AdminStatusService(errors, admin, steering.blocking(), parts))
        .service("/v1/admin/policy", new AdminPolicyService(errors, admin, steering))
        .service(
            "/v1/admin/usage",
            new AdminUsageService(
                errors, admin, steering.blocking(), parts.ledger(), InstantSource.system()))
        .service("/v1/admin/log_level", new AdminLogLevelService(errors, admin, steering))
        .service(
            "/v1/admin/config",
            new AdminConfigService(errors, admin, steering.blocking(), parts.sections()))
        .service(
            "/v1/admin/providers/reload",
            new ReloadService(errors, parts.providers(), parts.catalogs(), admin, steering));
    for (AdminKeysService.Step step : AdminKeysService.Step.values()) {
      limited.service(
          "/v1/admin/keys" + step.path(),
          new AdminKeysService(errors, admin, step, steering, parts.keyChanges()));
    }
    for (AdminCanaryService.Step step : AdminCanaryService.Step.values()) {
      limited.service(
          "/v1/admin/canary/" + step.name().toLowerCase(Locale.ROOT),
          new AdminCanaryService(errors, admin, step, steering));
    }
  }
}
