package dev.fairlead.gateway.edge;

import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.common.annotation.Nullable;
import com.linecorp.armeria.common.util.Exceptions;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.Server;
import com.linecorp.armeria.server.ServerBuilder;
import com.linecorp.armeria.server.ServerErrorHandler;
import com.linecorp.armeria.server.ServiceConfig;
import com.linecorp.armeria.server.ServiceRequestContext;
import dev.fairlead.common.config.ConfigException;
import dev.fairlead.common.config.SecurityConfig;
import dev.fairlead.common.failure.Failure;
import dev.fairlead.common.net.FlushPerIteration;
import dev.fairlead.gateway.LimitsConfig;
import dev.fairlead.gateway.ServerConfig;
import dev.fairlead.gateway.cache.CacheClient;
import dev.fairlead.gateway.dialect.DialectCodec;
import dev.fairlead.gateway.dialect.ScanLimits;
import dev.fairlead.gateway.dialect.openai.OpenAiChatCodec;
import dev.fairlead.gateway.dialect.openai.OpenAiEmbeddingsCodec;
import dev.fairlead.gateway.metrics.RouterMetrics;
import dev.fairlead.gateway.pipeline.InferencePipeline;
import dev.fairlead.gateway.scoring.ScorerClient;
import dev.fairlead.gateway.upstream.CatalogFollower;
import dev.fairlead.gateway.upstream.ProviderStatusClient;
import dev.fairlead.telemetry.ManagementServer;
import dev.fairlead.telemetry.PrometheusScrape;
import dev.fairlead.telemetry.Telemetry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.function.BooleanSupplier;

/**
 * The HTTP server of the gateway: every endpoint of DESIGN section 4 that this version has, in one
 * list.
 */
public final class EdgeServer implements AutoCloseable {

  private static final Duration IDLE = Duration.ofMinutes(5);
  private static final Duration DRAIN = Duration.ofSeconds(30);

  private final Server server;

  private EdgeServer(Server server) {
    this.server = server;
  }

  /** What the endpoints work with. */
  public record Parts(
      ServerConfig config,
      LimitsConfig limits,
      SecurityConfig security,
      Telemetry telemetry,
      RouterMetrics metrics,
      InferencePipeline pipeline,
      CatalogFollower catalogs,
      CacheClient cache,
      ScorerClient scorer,
      ProviderStatusClient providers,
      BooleanSupplier ready) {}

  /**
   * Starts to listen; blocks until the port is open.
   *
   * @throws ConfigException when the port cannot be had
   */
  public static EdgeServer start(Parts parts) {
    LimitsConfig limits = parts.limits();
    ServerBuilder builder =
        Server.builder()
            .http(new InetSocketAddress(parts.config().bind(), parts.config().port()))
            .disableServerHeader()
            .maxRequestLength(limits.maxBodyBytes())
            .requestTimeout(limits.bodyTimeout())
            .idleTimeout(IDLE)
            .maxNumConnections(limits.maxConnections())
            .http1MaxHeaderSize(limits.maxHeaderBytes())
            .http2MaxHeaderListSize(limits.maxHeaderBytes())
            // Headers, body and events that are written in one turn of the event loop leave in one
            // system call.
            .childChannelPipelineCustomizer(pipeline -> pipeline.addFirst(new FlushPerIteration()))
            .gracefulShutdownTimeout(Duration.ofMillis(100), DRAIN);
    endpoints(builder, parts);
    Server server = builder.build();
    listen(server, parts.config());
    return new EdgeServer(server);
  }

  private static void listen(Server server, ServerConfig config) {
    try {
      server.start().join();
    } catch (CompletionException e) {
      if (Exceptions.peel(e) instanceof IOException io) {
        throw new ConfigException(
            "server.port: cannot listen on "
                + config.bind()
                + ":"
                + config.port()
                + " (expected: a free port of this machine; PORT picks another)",
            io);
      }
      throw e;
    }
  }

  private static void endpoints(ServerBuilder builder, Parts parts) {
    LimitsConfig limits = parts.limits();
    ScanLimits scan =
        new ScanLimits(
            limits.maxBodyBytes(),
            limits.maxDepth(),
            limits.maxNumberLength(),
            limits.maxMessages(),
            limits.maxTools(),
            limits.maxChoices());
    DialectCodec chat = new OpenAiChatCodec(scan);
    EdgeContext edge =
        new EdgeContext(parts.telemetry().openTelemetry(), parts.telemetry().tracer(), limits);
    AdminGuard admin = new AdminGuard(parts.security().adminToken());
    HttpService ready = ManagementServer.readyz(parts.ready());
    ModelsService models = new ModelsService(chat, parts.catalogs());

    builder
        .service("/v1/chat/completions", new ChatService(chat, edge, parts.pipeline()))
        .service(
            "/v1/embeddings",
            new EmbeddingsService(
                new OpenAiEmbeddingsCodec(scan),
                chat,
                edge,
                parts.catalogs(),
                parts.scorer(),
                parts.pipeline()))
        .service("/v1/models", models)
        .service("/v1/models/{id}", models)
        .service("/v1/infer", new InferService(chat, edge, parts.pipeline()))
        .service("/v1/route", new RouteService(chat, edge, parts.pipeline()))
        .service("/cache/stats", new CacheStatsService(chat, parts.cache()))
        .service("/cache/flush", new CacheFlushService(chat, parts.cache(), admin))
        .service("/health", new HealthService(chat, parts.providers(), parts.ready()))
        .service("/healthz", ManagementServer.healthz())
        .service("/v1/healthz", ManagementServer.healthz())
        .service("/readyz", ready)
        .service("/v1/readyz", ready)
        .service(
            "/metrics",
            new MetricsService(
                new PrometheusScrape(parts.telemetry().registry()), parts.metrics().summary()))
        .serviceUnder("/", new NotFoundService(chat))
        .errorHandler(new DialectErrors(chat));
  }

  /** The port in use. */
  public int port() {
    return server.activeLocalPort();
  }

  /** Stops accepting, lets requests under way finish, at most for the drain time; blocks. */
  @Override
  public void close() {
    server.stop().join();
  }

  /** What goes wrong before an endpoint is reached, in the dialect all endpoints share. */
  private record DialectErrors(DialectCodec codec) implements ServerErrorHandler {
    @Override
    public @Nullable HttpResponse onServiceException(
        ServiceRequestContext context, Throwable cause) {
      return FailureResponses.of(EdgeFailures.of(cause), codec, EdgeContext.requestId(context));
    }

    @Override
    public com.linecorp.armeria.common.@Nullable AggregatedHttpResponse onProtocolViolation(
        ServiceConfig config,
        @Nullable RequestHeaders headers,
        HttpStatus status,
        @Nullable String description,
        @Nullable Throwable cause) {
      String requestId = dev.fairlead.telemetry.RequestIds.fresh();
      Failure failure =
          new Failure.InvalidRequest(
              description == null ? "the request breaks the protocol" : description,
              null,
              "protocol_violation");
      ResponseHeaders answer = Json.headers(status.code(), requestId).build();
      return com.linecorp.armeria.common.AggregatedHttpResponse.of(
          answer, com.linecorp.armeria.common.HttpData.wrap(codec.error(failure, requestId)));
    }
  }
}
