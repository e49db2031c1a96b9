package dev.fairlead.common.rpc;

import io.grpc.BindableService;
import io.grpc.Channel;
import io.grpc.ManagedChannel;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Calls over a loopback connection. */
final class NetworkTransportTest extends TransportContract {

  private @Nullable RpcServer server;
  private @Nullable ManagedChannel channel;

  @Override
  Channel serve(BindableService... services) throws IOException {
    RpcServer started =
        RpcServer.listen(new InetSocketAddress("127.0.0.1", 0), List.of(services), List.of());
    server = started;
    ManagedChannel opened = RpcChannels.connect("127.0.0.1:" + started.port(), List.of());
    channel = opened;
    return opened;
  }

  @Override
  void stop(Duration grace) {
    if (server != null) {
      server.close(grace);
    }
    if (channel != null && grace.isZero()) {
      channel.shutdownNow();
    }
  }
}
