package dev.fairlead.common.rpc;

import io.grpc.Attributes;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.Status;

/** The handler's side of a {@link LocalCall}. */
final class LocalServerCall<Q, R> extends ServerCall<Q, R> {

  private final LocalCall<Q, R> call;

  LocalServerCall(LocalCall<Q, R> call) {
    this.call = call;
  }

  @Override
  public void request(int count) {
    call.handlerRequests(count);
  }

  @Override
  public void sendHeaders(Metadata headers) {
    call.handlerSendsHeaders(headers);
  }

  @Override
  public void sendMessage(R message) {
    call.handlerSends(message);
  }

  @Override
  public boolean isReady() {
    return call.clientReady();
  }

  @Override
  public void close(Status status, Metadata trailers) {
    call.handlerCloses(status, trailers);
  }

  @Override
  public boolean isCancelled() {
    return call.isCancelled();
  }

  @Override
  public MethodDescriptor<Q, R> getMethodDescriptor() {
    return call.method();
  }

  @Override
  public Attributes getAttributes() {
    return Attributes.EMPTY;
  }

  @Override
  public String getAuthority() {
    return "local";
  }
}
