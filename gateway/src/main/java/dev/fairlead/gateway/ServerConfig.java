package dev.fairlead.gateway;

import dev.fairlead.common.config.Expect;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Section {@code server}.
 *
 * @param bind address of both ports
 * @param port HTTP port, 0 for a free one
 * @param grpcPort gRPC port, 0 for a free one, -1 for none
 * @param dataDir everything the process keeps on disk
 * @param allowUnauthenticated whether requests need no key while none exists, also where {@code
 *     bind} is not a loopback address
 * @param managementPort plain HTTP for probes and scrapes, 0 for a free one, -1 for none
 * @param drainDelay how long new requests are still served after readiness has gone off
 * @param drainTimeout how long requests under way may go on after that
 */
public record ServerConfig(
    String bind,
    int port,
    int grpcPort,
    Path dataDir,
    boolean allowUnauthenticated,
    int managementPort,
    Duration drainDelay,
    Duration drainTimeout) {

  /** Validates. */
  public ServerConfig {
    Expect.present("server.bind", bind);
    Expect.range("server.port", port, 0, 65535);
    Expect.range("server.grpc_port", grpcPort, -1, 65535);
    Expect.range("server.management_port", managementPort, -1, 65535);
    Expect.that(
        !drainDelay.isNegative(), "server.drain_delay", drainDelay, "a duration of 0 or more");
    Expect.positive("server.drain_timeout", drainTimeout);
  }

  /** Whether requests need no key as long as none was ever made. */
  public boolean mayBeOpen() {
    return allowUnauthenticated
        || new InetSocketAddress(bind, 0).getAddress() instanceof InetAddress address
            && address.isLoopbackAddress();
  }
}
