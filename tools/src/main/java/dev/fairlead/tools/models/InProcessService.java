package dev.fairlead.tools.models;

import dev.fairlead.common.lifecycle.ServiceNode;
import dev.fairlead.common.rpc.LocalServer;
import io.grpc.Channel;
import java.util.List;

/** A service without ports, for the time of a command, spoken to by its contract. */
final class InProcessService implements AutoCloseable {

  private final ServiceNode node;
  private final LocalServer server;

  private InProcessService(ServiceNode node, LocalServer server) {
    this.node = node;
    this.server = server;
  }

  static InProcessService of(ServiceNode node) {
    return new InProcessService(node, LocalServer.of(node.services(), List.of()));
  }

  Channel channel() {
    return server.channel(List.of());
  }

  @Override
  public void close() {
    server.close();
    node.close();
  }
}
