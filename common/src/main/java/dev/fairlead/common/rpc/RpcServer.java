package dev.fairlead.common.rpc;

import dev.fairlead.common.tls.ServerTls;
import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.ServerBuilder;
import io.grpc.ServerInterceptor;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A gRPC server as every service of the mesh runs it: health and reflection beside its own
 * services, handlers on the event loops (they must not block), connections of bounded age so that
 * clients find new replicas.
 */
public final class RpcServer implements AutoCloseable {

  /** Largest message, bytes: the edge's body limit with room for spans and vectors. */
  static final int MAX_MESSAGE_BYTES = 64 << 20;

  /**
   * Most bytes of headers or trailers: a failure's details travel in trailers, in base64, among
   * them a vendor's error body of up to 64 KiB. With gRPC's own bound of 8 KiB such a call would
   * end as a protocol error.
   */
  static final int MAX_METADATA_BYTES = 256 << 10;

  private final Server server;
  private final HealthStatusManager health;
  private final AtomicBoolean leaving = new AtomicBoolean();
  private final int port;

  private RpcServer(Server server, HealthStatusManager health) {
    this.server = server;
    this.health = health;
    this.port = server.getPort();
  }

  /**
   * Serves on a TCP port in plain text.
   *
   * @param address where to listen; port 0 takes a free one
   * @param interceptors outermost first
   * @throws IOException when the port is taken
   */
  public static RpcServer listen(
      InetSocketAddress address,
      List<BindableService> services,
      List<ServerInterceptor> interceptors)
      throws IOException {
    return listen(address, null, services, interceptors);
  }

  /**
   * Serves on a TCP port.
   *
   * @param address where to listen; port 0 takes a free one
   * @param tls what to show and to ask for; null: plain text
   * @param interceptors outermost first
   * @throws IOException when the port is taken
   */
  public static RpcServer listen(
      InetSocketAddress address,
      @Nullable ServerTls tls,
      List<BindableService> services,
      List<ServerInterceptor> interceptors)
      throws IOException {
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(address)
            .directExecutor()
            .maxInboundMessageSize(MAX_MESSAGE_BYTES)
            .maxInboundMetadataSize(MAX_METADATA_BYTES)
            .permitKeepAliveTime(10, TimeUnit.SECONDS)
            .permitKeepAliveWithoutCalls(true)
            .maxConnectionAge(5, TimeUnit.MINUTES)
            .maxConnectionAgeGrace(15, TimeUnit.MINUTES)
            .handshakeTimeout(10, TimeUnit.SECONDS);
    if (tls != null) {
      builder.sslContext(RpcTls.server(tls));
    }
    return start(builder, services, interceptors);
  }

  private static RpcServer start(
      ServerBuilder<?> builder,
      List<BindableService> services,
      List<ServerInterceptor> interceptors)
      throws IOException {
    HealthStatusManager health = new HealthStatusManager();
    builder.addService(health.getHealthService());
    builder.addService(ProtoReflectionServiceV1.newInstance());
    services.forEach(builder::addService);
    for (ServerInterceptor interceptor : interceptors.reversed()) {
      builder.intercept(interceptor);
    }
    return new RpcServer(builder.build().start(), health);
  }

  /** The port in use. */
  public int port() {
    return port;
  }

  /** Tells health checks that no call should come any more, and serves those that do. */
  public void leave() {
    if (leaving.compareAndSet(false, true)) {
      health.enterTerminalState();
    }
  }

  /** Refuses new calls, lets those in flight go on, and does not wait for them. */
  public void refuse() {
    leave();
    server.shutdown();
  }

  /**
   * Refuses new calls, tells health checks, lets calls in flight finish for at most {@code grace},
   * then cancels them. Blocks. May be called again.
   */
  public void close(Duration grace) {
    refuse();
    try {
      if (!server.awaitTermination(grace.toMillis(), TimeUnit.MILLISECONDS)) {
        server.shutdownNow();
        boolean ended = server.awaitTermination(5, TimeUnit.SECONDS);
        if (!ended) {
          throw new IllegalStateException("calls did not end after they were cancelled");
        }
      }
    } catch (InterruptedException e) {
      server.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    close(Duration.ofSeconds(30));
  }
}
