package dev.fairlead.common.lifecycle;

import dev.fairlead.common.rpc.RpcServer;
import io.grpc.ServerInterceptor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs a {@link ServiceNode} as a process of its own until it is asked to end. */
public final class BackendProcess {

  private static final Logger logger = LoggerFactory.getLogger(BackendProcess.class);
  private static final Duration GRACE = Duration.ofSeconds(30);

  private BackendProcess() {}

  /**
   * Serves the node's services on {@code address}, blocks until SIGINT or SIGTERM, lets calls finish, then closes the
   * node and {@code closeables} in order.
   *
   * @param interceptors outermost first
   * @throws IOException when the port is taken
   */
  public static void serve(
      ServiceNode node, InetSocketAddress address, List<ServerInterceptor> interceptors, AutoCloseable... closeables)
      throws IOException {
    ShutdownSignal signal = ShutdownSignal.install();
    try (RpcServer server = RpcServer.listen(address, node.services(), interceptors)) {
      logger.info("{} serves gRPC on {}:{}", node.name(), address.getHostString(), server.port());
      signal.await();
      server.close(GRACE);
    } finally {
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
