package dev.fairlead.gateway;

import dev.fairlead.common.config.ConfigException;
import dev.fairlead.common.rpc.RpcServer;
import dev.fairlead.common.tls.ServerTls;
import dev.fairlead.gateway.keys.KeyDirectory;
import dev.fairlead.gateway.pipeline.InferencePipeline;
import dev.fairlead.gateway.rpc.InferenceGrpcService;
import dev.fairlead.gateway.rpc.KeyInterceptor;
import dev.fairlead.gateway.rpc.RoutingGrpcService;
import dev.fairlead.gateway.rpc.RpcScopes;
import dev.fairlead.telemetry.ManagementServer;
import dev.fairlead.telemetry.Telemetry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The doors beside the public one: gRPC for services, and the port of probes. Taken ports are told
 * by the name of their key. Stateless.
 */
final class Doors {

  private static final Logger logger = LoggerFactory.getLogger(Doors.class);

  private Doors() {}

  /**
   * Opens the gRPC door.
   *
   * @param door certificates; null for plain text
   * @param mayBeTaken whether a taken port is only worth a warning
   * @return null when the port is taken and that may be
   * @throws ConfigException when it is taken and may not be
   */
  static @Nullable RpcServer rpc(
      ServerConfig server,
      @Nullable ServerTls door,
      Telemetry telemetry,
      InferencePipeline pipeline,
      KeyDirectory keys,
      LimitsConfig limits,
      boolean mayBeTaken) {
    RpcScopes scopes = new RpcScopes(limits.requestTimeout());
    try {
      return RpcServer.listen(
          new InetSocketAddress(server.bind(), server.grpcPort()),
          door,
          List.of(
              new InferenceGrpcService(pipeline, scopes, limits.scan()),
              new RoutingGrpcService(pipeline, scopes, limits.scan())),
          List.of(telemetry.edgeServerInterceptor(), new KeyInterceptor(keys)));
    } catch (IOException e) {
      if (!mayBeTaken) {
        throw new ConfigException(
            "server.grpc_port: cannot listen on "
                + server.bind()
                + ":"
                + server.grpcPort()
                + " (expected: a free port of this machine, or -1 for no gRPC)",
            e);
      }
      logger.warn(
          "gRPC is off: port {} is taken (server.grpc_port picks another, -1 switches it off)",
          server.grpcPort());
      return null;
    }
  }

  /**
   * Opens the plain port of probes and scrapes.
   *
   * @throws ConfigException when it is taken
   */
  static ManagementServer management(
      ServerConfig server, Telemetry telemetry, BooleanSupplier ready) {
    try {
      return ManagementServer.start(
          new InetSocketAddress(server.bind(), server.managementPort()), telemetry, ready);
    } catch (IllegalStateException e) {
      throw new ConfigException(
          "server.management_port: cannot listen on "
              + server.bind()
              + ":"
              + server.managementPort()
              + " (expected: a free port of this machine, or -1 for none)",
          e);
    }
  }
}
