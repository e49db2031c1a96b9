package dev.fairlead.gateway.edge;

import com.linecorp.armeria.common.util.Exceptions;
import com.linecorp.armeria.server.Server;
import com.linecorp.armeria.server.ServerBuilder;
import dev.fairlead.common.config.ConfigException;
import dev.fairlead.common.config.SecurityConfig;
import dev.fairlead.common.net.FlushPerIteration;
import dev.fairlead.common.net.LingeringClose;
import dev.fairlead.common.tls.ServerTls;
import dev.fairlead.gateway.LimitsConfig;
import dev.fairlead.gateway.ServerConfig;
import dev.fairlead.gateway.StreamsConfig;
import dev.fairlead.gateway.budget.Budgets;
import dev.fairlead.gateway.cache.CacheClient;
import dev.fairlead.gateway.console.ConsoleConfig;
import dev.fairlead.gateway.console.RecentRequests;
import dev.fairlead.gateway.feedback.QualitySink;
import dev.fairlead.gateway.feedback.RecentAnswers;
import dev.fairlead.gateway.keys.KeyChanges;
import dev.fairlead.gateway.keys.KeyDirectory;
import dev.fairlead.gateway.ledger.RunningLedger;
import dev.fairlead.gateway.live.LiveStatistics;
import dev.fairlead.gateway.metrics.RouterMetrics;
import dev.fairlead.gateway.pipeline.InferencePipeline;
import dev.fairlead.gateway.quality.QualityEstimates;
import dev.fairlead.gateway.scoring.ScorerClient;
import dev.fairlead.gateway.slo.SloController;
import dev.fairlead.gateway.steering.Steering;
import dev.fairlead.gateway.totals.SharedTotals;
import dev.fairlead.gateway.upstream.CatalogFollower;
import dev.fairlead.gateway.upstream.ProviderStatusClient;
import dev.fairlead.telemetry.Telemetry;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelPipeline;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The HTTP servers of the gateway: the public one, and where it is configured one more for
 * operators; their ports, limits, and how they stop.
 */
public final class EdgeServer implements AutoCloseable {

  private static final Duration HTTP2_WINDOW = Duration.ofSeconds(10);
  private static final Duration QUIET = Duration.ofMillis(100);

  /** How long a client may go on sending on a connection that was closed here. */
  private static final Duration LINGER = Duration.ofSeconds(2);

  private final Server server;
  private final @Nullable Server admin;

  private EdgeServer(Server server, @Nullable Server admin) {
    this.server = server;
    this.admin = admin;
  }

  /** What the endpoints work with. */
  public record Parts(
      ServerConfig config,
      @Nullable ServerTls tls,
      LimitsConfig limits,
      StreamsConfig streams,
      SecurityConfig security,
      Telemetry telemetry,
      RouterMetrics metrics,
      SharedTotals totals,
      InferencePipeline pipeline,
      CatalogFollower catalogs,
      CacheClient cache,
      ScorerClient scorer,
      ProviderStatusClient providers,
      RecentAnswers recent,
      QualitySink ratings,
      QualityEstimates quality,
      LiveStatistics statistics,
      SloController slo,
      Steering steering,
      KeyDirectory keys,
      KeyChanges keyChanges,
      Budgets budgets,
      RunningLedger ledger,
      Map<String, Object> sections,
      ConsoleConfig console,
      RecentRequests requests,
      BooleanSupplier ready) {}

  /**
   * Starts to listen; blocks until the ports are open.
   *
   * @throws ConfigException when a port cannot be had
   */
  public static EdgeServer start(Parts parts) {
    ServerConfig config = parts.config();
    boolean separate = config.separateAdmin();
    Server server = server(parts, config.bind(), config.port(), !separate);
    listen(server, "server.port", config.bind(), config.port());
    if (!separate) {
      return new EdgeServer(server, null);
    }
    Server admin = server(parts, config.adminBind(), config.adminPort(), true);
    try {
      listen(admin, "server.admin_port", config.adminBind(), config.adminPort());
    } catch (RuntimeException e) {
      server.stop().join();
      throw e;
    }
    return new EdgeServer(server, admin);
  }

  private static Server server(Parts parts, String bind, int port, boolean administration) {
    LimitsConfig limits = parts.limits();
    ServerBuilder builder =
        Server.builder()
            .disableServerHeader()
            .unloggedExceptionsReportInterval(Duration.ZERO)
            .maxRequestLength(limits.maxBodyBytes())
            .requestTimeout(limits.bodyTimeout())
            .idleTimeout(limits.idleTimeout())
            .maxNumConnections(limits.maxConnections())
            .http2MaxStreamsPerConnection(limits.maxHttp2Streams())
            .http2MaxResetFramesPerWindow(limits.maxHttp2Resets(), (int) HTTP2_WINDOW.toSeconds())
            .http1MaxInitialLineLength(limits.maxRequestLine())
            .http1MaxHeaderSize(limits.maxHeaderBytes())
            .http2MaxHeaderListSize(limits.maxHeaderBytes())
            .childChannelPipelineCustomizer(pipeline -> addGuards(pipeline, parts))
            .gracefulShutdownTimeout(QUIET, longer(QUIET, parts.config().drainTimeout()));
    InetSocketAddress address = new InetSocketAddress(bind, port);
    if (parts.tls() == null) {
      builder.http(address);
    } else {
      builder.https(address);
      EdgeTls.apply(builder, parts.tls());
    }
    Endpoints.addTo(builder, parts, administration);
    return builder.build();
  }

  private static Duration longer(Duration one, Duration other) {
    return one.compareTo(other) > 0 ? one : other;
  }

  /**
   * Headers, body and events that are written in one turn of the event loop leave in one system
   * call. The guards that read what the peer says stand before the codecs: with TLS behind its
   * handler, which takes its place in front of the last one when a connection begins.
   */
  private static void addGuards(ChannelPipeline pipeline, Parts parts) {
    LimitsConfig limits = parts.limits();
    ChannelHandler[] readers = {
      new ControlFrameGuard(limits.maxHttp2Controls(), HTTP2_WINDOW, System::nanoTime),
      new StalledRequestGuard(limits),
      new HeadGuard()
    };
    if (parts.tls() == null) {
      pipeline.addFirst(readers);
    } else {
      String codecs = pipeline.lastContext().name();
      for (ChannelHandler reader : readers) {
        pipeline.addBefore(codecs, null, reader);
      }
    }
    pipeline.addFirst(
        new LingeringClose(LINGER),
        new FlushPerIteration(),
        new StalledWriteGuard(parts.streams().writeTimeout()));
  }

  private static void listen(Server server, String key, String bind, int port) {
    try {
      server.start().join();
    } catch (CompletionException e) {
      if (Exceptions.peel(e) instanceof IOException io) {
        String other = key.equals("server.port") ? "; PORT picks another" : "";
        throw new ConfigException(
            key
                + ": cannot listen on "
                + bind
                + ":"
                + port
                + " (expected: a free port of this machine"
                + other
                + ")",
            io);
      }
      throw e;
    }
  }

  /** The public port in use. */
  public int port() {
    return server.activeLocalPort();
  }

  /** The port that has the administration: its own one or the public one. */
  public int adminPort() {
    return admin == null ? port() : admin.activeLocalPort();
  }

  /** Stops accepting, lets requests under way finish, at most for the drain time; blocks. */
  @Override
  public void close() {
    CompletableFuture<Void> stopped = server.stop();
    if (admin != null) {
      admin.stop().join();
    }
    stopped.join();
  }
}
