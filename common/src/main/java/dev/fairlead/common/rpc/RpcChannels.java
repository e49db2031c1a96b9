package dev.fairlead.common.rpc;

import io.grpc.ClientInterceptor;
import io.grpc.ManagedChannel;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * Channels between services: round-robin over every address of the target, retries of UNAVAILABLE for as long as the callee
 * has not accepted the call (it sends its headers when it does), and a quick reconnect after a restart.
 */
public final class RpcChannels {

  private static final long RECONNECT_MILLIS = 1000;

  /** Status details carry a vendor's error body of up to 64 KiB, in base64 and with its attempts. */
  private static final int MAX_METADATA_BYTES = 256 << 10;

  /** gRPC's service config (grpc/proposal A6, A27). Numbers are doubles and strings because the format is JSON. */
  private static final Map<String, ?> SERVICE_CONFIG =
      Map.of(
          "loadBalancingConfig",
          List.of(Map.of("round_robin", Map.of())),
          "methodConfig",
          List.of(
              Map.of(
                  "name",
                  List.of(Map.of()),
                  "retryPolicy",
                  Map.of(
                      "maxAttempts", 5.0,
                      "initialBackoff", "0.1s",
                      "maxBackoff", "2s",
                      "backoffMultiplier", 2.5,
                      "retryableStatusCodes", List.of("UNAVAILABLE")))));

  private static final ScheduledExecutorService TIMER =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "rpc-reconnect");
            thread.setDaemon(true);
            return thread;
          });

  private RpcChannels() {}

  /**
   * A channel to a service.
   *
   * @param target {@code host:port}, or several joined by commas; every address of every host is used
   * @param interceptors outermost first
   */
  public static ManagedChannel connect(String target, List<ClientInterceptor> interceptors) {
    String uri = target.contains("://") ? target : AddressListResolverProvider.SCHEME + ":///" + target;
    ManagedChannel channel =
        NettyChannelBuilder.forTarget(uri)
            .nameResolverFactory(new AddressListResolverProvider())
            .usePlaintext()
            .directExecutor()
            .maxInboundMessageSize(RpcServer.MAX_MESSAGE_BYTES)
            .maxInboundMetadataSize(MAX_METADATA_BYTES)
            .defaultServiceConfig(SERVICE_CONFIG)
            .enableRetry()
            .keepAliveTime(30, TimeUnit.SECONDS)
            .keepAliveTimeout(10, TimeUnit.SECONDS)
            .intercept(interceptors.reversed())
            .build();
    reconnectQuickly(channel);
    return channel;
  }

  /** A channel to an {@link RpcServer#inProcess in-process server}. */
  public static ManagedChannel inProcess(String name, List<ClientInterceptor> interceptors) {
    return InProcessChannelBuilder.forName(name).directExecutor().intercept(interceptors.reversed()).build();
  }

  /** gRPC's own back-off grows to two minutes, too long for a replica that is only being restarted. */
  private static void reconnectQuickly(ManagedChannel channel) {
    ScheduledFuture<?>[] timer = new ScheduledFuture<?>[1];
    timer[0] =
        TIMER.scheduleWithFixedDelay(
            () -> {
              if (channel.isShutdown()) {
                timer[0].cancel(false);
              } else {
                channel.resetConnectBackoff();
              }
            },
            RECONNECT_MILLIS,
            RECONNECT_MILLIS,
            TimeUnit.MILLISECONDS);
  }
}
