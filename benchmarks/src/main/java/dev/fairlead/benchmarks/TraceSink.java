package dev.fairlead.benchmarks;

import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCalls;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.LongAdder;

/**
 * A collector that takes OTLP over gRPC and throws it away: what spans cost their sender is
 * measured against it. Argument: the port. Writes bytes received to standard output every second in
 * which some came.
 */
public final class TraceSink {

  private static final byte[] TAKEN = new byte[0];

  private static final MethodDescriptor.Marshaller<byte[]> BYTES =
      new MethodDescriptor.Marshaller<>() {
        @Override
        public InputStream stream(byte[] value) {
          return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
          try {
            return stream.readAllBytes();
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        }
      };

  private static final MethodDescriptor<byte[], byte[]> EXPORT =
      MethodDescriptor.<byte[], byte[]>newBuilder()
          .setType(MethodDescriptor.MethodType.UNARY)
          .setFullMethodName("opentelemetry.proto.collector.trace.v1.TraceService/Export")
          .setRequestMarshaller(BYTES)
          .setResponseMarshaller(BYTES)
          .build();

  private TraceSink() {}

  /** Runs until it is killed. */
  public static void main(String[] args) throws IOException, InterruptedException {
    LongAdder received = new LongAdder();
    Server server =
        NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", Integer.parseInt(args[0])))
            .maxInboundMessageSize(1 << 26)
            .addService(
                ServerServiceDefinition.builder(
                        "opentelemetry.proto.collector.trace.v1.TraceService")
                    .addMethod(
                        EXPORT,
                        ServerCalls.asyncUnaryCall((request, observer) -> {
                          received.add(request.length);
                          observer.onNext(TAKEN);
                          observer.onCompleted();
                        }))
                    .build())
            .build()
            .start();
    while (!server.awaitTermination(1, java.util.concurrent.TimeUnit.SECONDS)) {
      long bytes = received.sumThenReset();
      if (bytes > 0) {
        System.out.println(bytes);
      }
    }
  }
}
