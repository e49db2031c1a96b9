package dev.fairlead.common.rpc;

import dev.fairlead.common.tls.ClientTls;
import io.grpc.ClientInterceptor;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Channels between services: round-robin over every address of the target, retries of UNAVAILABLE
 * for as long as the callee has not accepted the call (it sends its headers when it does), and a
 * quick reconnect after a restart.
 */
public final class RpcChannels {

  private static final long RECONNECT_MILLIS = 250;

  /**
   * Requests kept for a retry, all calls of a channel together; past it calls go on but are not
   * retried.
   */
  private static final long RETRY_BUFFER_BYTES = 128 << 20;

  /**
   * gRPC's service config (grpc/proposal A6, A27). Numbers are doubles and strings because the
   * format is JSON. gRPC makes 5 attempts at most; the four pauses between them, 2 to 5.9 s in all,
   * cover the restart of an only replica.
   */
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
                      "maxAttempts",
                      5.0,
                      "initialBackoff",
                      "0.2s",
                      "maxBackoff",
                      "3s",
                      "backoffMultiplier",
                      2.5,
                      "retryableStatusCodes",
                      List.of("UNAVAILABLE")))));

  private static final ScheduledExecutorService TIMER =
      Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "rpc-reconnect");
        thread.setDaemon(true);
        return thread;
      });

  private RpcChannels() {}

  /**
   * A channel to a service in plain text.
   *
   * @param target {@code host:port}, or several joined by commas; every address of every host is
   *     used
   * @param interceptors outermost first
   */
  public static ManagedChannel connect(String target, List<ClientInterceptor> interceptors) {
    return connect(target, null, interceptors);
  }

  /**
   * A channel to a service. Every address shows a certificate for the host by which it was found.
   *
   * @param target {@code host:port}, or several joined by commas; every address of every host is
   *     used
   * @param tls whom to trust and what to show; null: plain text
   * @param interceptors outermost first
   */
  public static ManagedChannel connect(
      String target, @Nullable ClientTls tls, List<ClientInterceptor> interceptors) {
    NettyChannelBuilder builder =
        NettyChannelBuilder.forTarget(AddressListResolverProvider.target(target));
    if (tls == null) {
      builder.usePlaintext();
    } else {
      builder.sslContext(RpcTls.client(tls));
    }
    ManagedChannel channel =
        builder
            .nameResolverFactory(
                new AddressListResolverProvider(tls == null ? "" : tls.serverName()))
            .directExecutor()
            .maxInboundMessageSize(RpcServer.MAX_MESSAGE_BYTES)
            .maxInboundMetadataSize(RpcServer.MAX_METADATA_BYTES)
            .defaultServiceConfig(SERVICE_CONFIG)
            .enableRetry()
            .perRpcBufferLimit(RpcServer.MAX_MESSAGE_BYTES)
            .retryBufferSize(RETRY_BUFFER_BYTES)
            .keepAliveTime(30, TimeUnit.SECONDS)
            .keepAliveTimeout(10, TimeUnit.SECONDS)
            .intercept(interceptors.reversed())
            .build();
    reconnectQuickly(channel);
    return channel;
  }

  /**
   * gRPC's own back-off grows to two minutes, too long for a replica that is only being restarted.
   */
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
