package dev.fairlead.common.rpc;

import io.grpc.BindableService;
import io.grpc.Channel;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Calls inside a process. */
final class LocalTransportTest extends TransportContract {

  private @Nullable LocalServer server;

  @Override
  Channel serve(BindableService... services) {
    LocalServer started = LocalServer.of(List.of(services), List.of());
    server = started;
    return started.channel(List.of());
  }

  @Override
  void stop(Duration grace) {
    if (server != null) {
      server.close(grace);
    }
  }
}
