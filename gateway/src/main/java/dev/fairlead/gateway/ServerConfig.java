package dev.fairlead.gateway;

import dev.fairlead.common.config.Expect;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Section {@code server}.
 *
 * @param bind address of the public ports
 * @param port HTTP port, 0 for a free one
 * @param grpcPort gRPC port, 0 for a free one, -1 for none
 * @param adminPort HTTP port that alone has what steers the gateway, 0 for a free one, -1 when the
 *     public one has it
 * @param adminBind address of that port
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
    int adminPort,
    String adminBind,
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
    Expect.range("server.admin_port", adminPort, -1, 65535);
    Expect.present("server.admin_bind", adminBind);
  }

  /** Whether administration has a port of its own. */
  public boolean separateAdmin() {
    return adminPort >= 0;
  }

  /** Whether requests need no key as long as none was ever made. */
  public boolean mayBeOpen() {
    return allowUnauthenticated
        || new InetSocketAddress(bind, 0).getAddress() instanceof InetAddress address
            && address.isLoopbackAddress();
  }
}
