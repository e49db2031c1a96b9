package dev.fairlead.common.rpc;

import dev.fairlead.common.tls.ClientTls;
import dev.fairlead.common.tls.ServerTls;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.netty.handler.ssl.ClientAuth;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContext;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import javax.net.ssl.SSLException;

/** TLS as gRPC's transport wants it: its own Netty, HTTP/2 by ALPN. */
final class RpcTls {

  private RpcTls() {}

  static SslContext server(ServerTls tls) {
    SslContextBuilder builder =
        GrpcSslContexts.configure(SslContextBuilder.forServer(tls.keys()))
            .protocols(ServerTls.PROTOCOLS)
            .clientAuth(
                switch (tls.clientAuth()) {
                  case NONE -> ClientAuth.NONE;
                  case WANT -> ClientAuth.OPTIONAL;
                  case REQUIRE -> ClientAuth.REQUIRE;
                });
    if (tls.clients() != null) {
      builder.trustManager(tls.clients());
    }
    return built(builder);
  }

  static SslContext client(ClientTls tls) {
    SslContextBuilder builder =
        GrpcSslContexts.configure(SslContextBuilder.forClient()).protocols(ServerTls.PROTOCOLS);
    if (tls.keys() != null) {
      builder.keyManager(tls.keys());
    }
    if (tls.servers() != null) {
      builder.trustManager(tls.servers());
    }
    return built(builder);
  }

  private static SslContext built(SslContextBuilder builder) {
    try {
      return builder.build();
    } catch (SSLException e) {
      throw new IllegalStateException("TLS cannot be set up: " + e.getMessage(), e);
    }
  }
}
