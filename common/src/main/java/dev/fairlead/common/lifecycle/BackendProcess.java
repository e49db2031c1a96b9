package dev.fairlead.common.lifecycle;

import dev.fairlead.common.rpc.RpcServer;
import dev.fairlead.common.tls.ServerTls;
import io.grpc.ServerInterceptor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs a {@link ServiceNode} as a process of its own until it is asked to end. It is ready from the
 * moment its port is open until it is asked to end, so that whoever watches its readiness sends it
 * no call that it would refuse.
 */
public final class BackendProcess {

  private static final Logger logger = LoggerFactory.getLogger(BackendProcess.class);
  private static final Duration GRACE = Duration.ofSeconds(30);

  private final ServiceNode node;
  private volatile boolean serving;

  /** A process for {@code node}, which it closes at its end. */
  public BackendProcess(ServiceNode node) {
    this.node = node;
  }

  /** Whether a call would be served now. Does not block. */
  public boolean ready() {
    return serving && node.ready();
  }

  /**
   * Serves the node's services on {@code address}, blocks until SIGINT or SIGTERM, lets calls
   * finish, then closes the node and {@code closeables} in order.
   *
   * @param tls what to show and to ask for; null: plain text
   * @param interceptors outermost first
   * @throws IOException when the port is taken
   */
  public void serve(
      InetSocketAddress address,
      @Nullable ServerTls tls,
      List<ServerInterceptor> interceptors,
      AutoCloseable... closeables)
      throws IOException {
    ShutdownSignal signal = ShutdownSignal.install();
    try (RpcServer server = RpcServer.listen(address, tls, node.services(), interceptors)) {
      logger.info("{} serves gRPC on {}:{}", node.name(), address.getHostString(), server.port());
      serving = true;
      signal.await();
      serving = false;
      server.leave();
      server.close(GRACE);
    } finally {
      serving = false;
      closeQuietly(node);
      for (AutoCloseable closeable : closeables) {
        closeQuietly(closeable);
      }
      signal.finished();
    }
  }

  private static void closeQuietly(AutoCloseable closeable) {
    try {
      closeable.close();
    } catch (Exception e) {
      logger.warn("could not close {}", closeable, e);
    }
  }
}
