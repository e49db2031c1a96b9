package dev.fairlead.telemetry;

import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.Server;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletionException;
import java.util.function.BooleanSupplier;

/**
 * The HTTP port of a backend for its operators: {@code GET /metrics}, {@code /healthz} (the process
 * runs) and {@code /readyz} (it can do its work; 503 while it cannot).
 */
public final class ManagementServer implements AutoCloseable {

  private final Server server;

  private ManagementServer(Server server) {
    this.server = server;
  }

  /**
   * Listens. Blocks until the port is bound.
   *
   * @param address port 0 takes a free one
   * @param ready asked on every {@code /readyz}; must not block
   * @throws IllegalStateException when the port cannot be bound
   */
  public static ManagementServer start(
      InetSocketAddress address, Telemetry telemetry, BooleanSupplier ready) {
    Server server =
        Server.builder()
            .http(address)
            .route()
            .get("/metrics")
            .build(new PrometheusScrape(telemetry.registry()))
            .route()
            .get("/healthz")
            .build(healthz())
            .route()
            .get("/readyz")
            .build(readyz(ready))
            .build();
    try {
      server.start().join();
    } catch (CompletionException e) {
      throw new IllegalStateException(
          "management port " + address + " cannot be bound", e.getCause());
    }
    return new ManagementServer(server);
  }

  /** Answers 200 while the process can answer at all. */
  public static HttpService healthz() {
    return (ctx, request) -> status(HttpStatus.OK, "ok");
  }

  /** Answers 200 when {@code ready} says so, else 503. */
  public static HttpService readyz(BooleanSupplier ready) {
    return (ctx, request) ->
        ready.getAsBoolean()
            ? status(HttpStatus.OK, "ready")
            : status(HttpStatus.SERVICE_UNAVAILABLE, "not ready");
  }

  /** The port in use. */
  public int port() {
    return server.activeLocalPort();
  }

  /** Stops listening. Blocks. */
  @Override
  public void close() {
    server.stop().join();
  }

  private static HttpResponse status(HttpStatus status, String word) {
    return HttpResponse.of(status, MediaType.JSON_UTF_8, "{\"status\":\"" + word + "\"}");
  }
}
