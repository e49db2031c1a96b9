package dev.fairlead.telemetry;

import io.grpc.MethodDescriptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.function.UnaryOperator;

/** A gRPC service over plain text, so that the tests need no contract of ours. */
final class EchoService {

  static final MethodDescriptor<String, String> ECHO =
      MethodDescriptor.<String, String>newBuilder()
          .setType(MethodDescriptor.MethodType.UNARY)
          .setFullMethodName(MethodDescriptor.generateFullMethodName("test.Echo", "Echo"))
          .setRequestMarshaller(new TextMarshaller())
          .setResponseMarshaller(new TextMarshaller())
          .build();

  private EchoService() {}

  /** Answers what {@code handler} makes of the request; a thrown exception becomes its status. */
  static ServerServiceDefinition answering(UnaryOperator<String> handler) {
    return ServerServiceDefinition.builder("test.Echo")
        .addMethod(
            ECHO,
            ServerCalls.asyncUnaryCall((request, observer) -> answer(handler, request, observer)))
        .build();
  }

  /** Accepts calls and never answers. */
  static ServerServiceDefinition silent() {
    return ServerServiceDefinition.builder("test.Echo")
        .addMethod(ECHO, ServerCalls.asyncUnaryCall((request, observer) -> {}))
        .build();
  }

  private static void answer(
      UnaryOperator<String> handler, String request, StreamObserver<String> observer) {
    String answer;
    try {
      answer = handler.apply(request);
    } catch (RuntimeException e) {
      observer.onError(Status.fromThrowable(e).asRuntimeException());
      return;
    }
    observer.onNext(answer);
    observer.onCompleted();
  }

  private static final class TextMarshaller implements MethodDescriptor.Marshaller<String> {
    @Override
    public InputStream stream(String value) {
      return new ByteArrayInputStream(value.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }

    @Override
    public String parse(InputStream stream) {
      try {
        return new String(stream.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
