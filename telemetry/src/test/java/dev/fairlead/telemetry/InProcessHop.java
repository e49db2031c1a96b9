package dev.fairlead.telemetry;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientInterceptor;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerInterceptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import java.io.IOException;
import java.util.List;
import java.util.function.UnaryOperator;

/** One service and a channel to it, both on the caller's thread as in standalone. */
record InProcessHop(Server server, ManagedChannel channel, Channel client)
    implements AutoCloseable {

  static InProcessHop start(
      UnaryOperator<String> handler, ServerInterceptor server, List<ClientInterceptor> client)
      throws IOException {
    return start(EchoService.answering(handler), server, client);
  }

  static InProcessHop start(
      ServerServiceDefinition service, ServerInterceptor server, List<ClientInterceptor> client)
      throws IOException {
    String name = InProcessServerBuilder.generateName();
    Server started =
        InProcessServerBuilder.forName(name)
            .directExecutor()
            .addService(service)
            .intercept(server)
            .build()
            .start();
    ManagedChannel channel = InProcessChannelBuilder.forName(name).directExecutor().build();
    return new InProcessHop(started, channel, ClientInterceptors.intercept(channel, client));
  }

  String call(String request) {
    return ClientCalls.blockingUnaryCall(client, EchoService.ECHO, CallOptions.DEFAULT, request);
  }

  String call(String request, String... headers) {
    Metadata metadata = new Metadata();
    for (int i = 0; i < headers.length; i += 2) {
      metadata.put(Metadata.Key.of(headers[i], Metadata.ASCII_STRING_MARSHALLER), headers[i + 1]);
    }
    Channel channel =
        ClientInterceptors.intercept(client, MetadataUtils.newAttachHeadersInterceptor(metadata));
    return ClientCalls.blockingUnaryCall(channel, EchoService.ECHO, CallOptions.DEFAULT, request);
  }

  @Override
  public void close() {
    channel.shutdownNow();
    server.shutdownNow();
  }
}
