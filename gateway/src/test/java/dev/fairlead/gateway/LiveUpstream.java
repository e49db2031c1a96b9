package dev.fairlead.gateway;

import com.google.protobuf.ByteString;
import dev.fairlead.common.failure.Failure;
import dev.fairlead.common.failure.FailureStatus;
import dev.fairlead.v1.Attempt;
import dev.fairlead.v1.AttemptResult;
import dev.fairlead.v1.AttemptStarted;
import dev.fairlead.v1.ChatDelta;
import dev.fairlead.v1.FinishReason;
import dev.fairlead.v1.GenerationCall;
import dev.fairlead.v1.GenerationCompleted;
import dev.fairlead.v1.ProviderServiceStreamGenerateResponse;
import dev.fairlead.v1.RawEvents;
import io.grpc.Context;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import org.jspecify.annotations.Nullable;

/** A stream of the fake provider that a test writes by hand. */
public final class LiveUpstream {

  public final GenerationCall call;
  private final ServerCallStreamObserver<ProviderServiceStreamGenerateResponse> observer;
  private volatile long cancelledNanos;
  private volatile long sentBytes;

  LiveUpstream(
      GenerationCall call, StreamObserver<ProviderServiceStreamGenerateResponse> observer) {
    this.call = call;
    this.observer = (ServerCallStreamObserver<ProviderServiceStreamGenerateResponse>) observer;
    Context.current().addListener(context -> cancelledNanos = System.nanoTime(), Runnable::run);
  }

  void start() {
    observer.onNext(
        ProviderServiceStreamGenerateResponse.newBuilder()
            .setAttemptStarted(
                AttemptStarted.newBuilder().setNumber(1).setModelId(call.getModelIds(0)))
            .build());
  }

  /** One content event that says {@code text}. */
  public void say(String text) {
    String json = "{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"" + text + "\"}}]}";
    events("data: " + json + "\n\n", 1);
  }

  /** Events of any dialect. */
  public synchronized void events(String sse, int content) {
    ProviderServiceStreamGenerateResponse.Builder piece =
        ProviderServiceStreamGenerateResponse.newBuilder();
    if (call.hasRaw()) {
      piece.setEvents(
          RawEvents.newBuilder()
              .setDialect(call.getRaw().getDialect())
              .setSse(ByteString.copyFromUtf8(sse))
              .setKind(content > 0 ? RawEvents.Kind.KIND_CONTENT : RawEvents.Kind.KIND_CONTROL)
              .setContentEvents(content));
    } else {
      piece.setDelta(ChatDelta.newBuilder().setText(sse));
    }
    sentBytes += sse.length();
    observer.onNext(piece.build());
  }

  /** The event that tells the usage. */
  public synchronized void usage(String sse) {
    observer.onNext(
        ProviderServiceStreamGenerateResponse.newBuilder()
            .setEvents(
                RawEvents.newBuilder()
                    .setDialect(call.getRaw().getDialect())
                    .setSse(ByteString.copyFromUtf8(sse))
                    .setKind(RawEvents.Kind.KIND_USAGE))
            .build());
  }

  /** Whether the gateway has taken what was said and asks for more. */
  public boolean isWanted() {
    return observer.isReady();
  }

  public long sentBytes() {
    return sentBytes;
  }

  public synchronized void finish() {
    observer.onNext(
        ProviderServiceStreamGenerateResponse.newBuilder()
            .setCompleted(
                GenerationCompleted.newBuilder()
                    .setModelId(call.getModelIds(0))
                    .setProvider("fake")
                    .setUsage(FakeProvider.USAGE)
                    .setFinishReason(FinishReason.FINISH_REASON_STOP)
                    .setText("told")
                    .addAttempts(
                        Attempt.newBuilder()
                            .setNumber(1)
                            .setModelId(call.getModelIds(0))
                            .setResult(AttemptResult.ATTEMPT_RESULT_SUCCESS)))
            .build());
    observer.onCompleted();
  }

  public synchronized void fail(Failure failure) {
    observer.onError(FailureStatus.toStatus(failure));
  }

  /** When the gateway gave the call up, {@link System#nanoTime}; null while it has not. */
  public @Nullable Long cancelledNanos() {
    return observer.isCancelled() && cancelledNanos != 0 ? cancelledNanos : null;
  }
}
