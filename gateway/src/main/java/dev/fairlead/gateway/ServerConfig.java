package dev.fairlead.gateway;

import dev.fairlead.common.config.Expect;
import java.nio.file.Path;

/**
 * Section {@code server}.
 *
 * @param bind address of both ports
 * @param port HTTP port, 0 for a free one
 * @param grpcPort gRPC port, 0 for a free one, -1 for none
 * @param dataDir everything the process keeps on disk
 */
public record ServerConfig(String bind, int port, int grpcPort, Path dataDir) {

  /** Validates. */
  public ServerConfig {
    Expect.present("server.bind", bind);
    Expect.range("server.port", port, 0, 65535);
    Expect.range("server.grpc_port", grpcPort, -1, 65535);
  }
}
