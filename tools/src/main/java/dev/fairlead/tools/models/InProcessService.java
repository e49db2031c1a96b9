package dev.fairlead.tools.models;

import dev.fairlead.common.lifecycle.ServiceNode;
import dev.fairlead.common.rpc.RpcChannels;
import dev.fairlead.common.rpc.RpcServer;
import io.grpc.ManagedChannel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.UUID;

/** A service without ports, for the time of a command, spoken to by its contract. */
final class InProcessService implements AutoCloseable {

  private final ServiceNode node;
  private final RpcServer server;
  private final ManagedChannel channel;

  private InProcessService(ServiceNode node, RpcServer server, ManagedChannel channel) {
    this.node = node;
    this.server = server;
    this.channel = channel;
  }

  static InProcessService of(ServiceNode node) {
    String name = node.name() + "-" + UUID.randomUUID();
    try {
      RpcServer server = RpcServer.inProcess(name, node.services(), List.of());
      return new InProcessService(node, server, RpcChannels.inProcess(name, List.of()));
    } catch (IOException e) {
      node.close();
      throw new UncheckedIOException(e);
    }
  }

  ManagedChannel channel() {
    return channel;
  }

  @Override
  public void close() {
    channel.shutdownNow();
    server.close();
    node.close();
  }
}
