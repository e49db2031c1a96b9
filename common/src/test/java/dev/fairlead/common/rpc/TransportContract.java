package dev.fairlead.common.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import dev.fairlead.common.failure.Failure;
import dev.fairlead.common.failure.FailureStatus;
import dev.fairlead.v1.AnalyzeRequest;
import dev.fairlead.v1.AnalyzeResponse;
import dev.fairlead.v1.EmbedRequest;
import dev.fairlead.v1.ProviderServiceGrpc;
import dev.fairlead.v1.ProviderServiceStreamGenerateRequest;
import dev.fairlead.v1.ProviderServiceStreamGenerateResponse;
import dev.fairlead.v1.RawEvents;
import dev.fairlead.v1.ScorerServiceGrpc;
import io.grpc.BindableService;
import io.grpc.Channel;
import io.grpc.Context;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How calls between services behave, over a network and inside a process alike. */
abstract class TransportContract {

  private static final Duration SOON = Duration.ofSeconds(10);
  private static final int EVENTS = 200;

  /** Serves the services and gives a channel to them. */
  abstract Channel serve(BindableService... services) throws Exception;

  /** Stops the server; calls in flight may take up to {@code grace}. */
  abstract void stop(Duration grace);

  @AfterEach
  void stop() {
    stop(Duration.ZERO);
  }

  @Test
  void unaryCall_isAnswered() throws Exception {
    assertThat(analyze(serve(new EchoScorer("echo"))).getModelFingerprint()).isEqualTo("echo");
  }

  @Test
  void failure_arrivesWithItsDetails_butWithoutItsCause() throws Exception {
    Failure failure = new Failure.UpstreamUnavailable("the vendor is away", 503, null);
    StatusRuntimeException thrown = FailureStatus.toStatus(failure);
    Channel channel = serve(answering(observer -> observer.onError(thrown)));

    assertThatThrownBy(() -> analyze(channel))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            error -> {
              assertThat(FailureStatus.fromThrowable(error)).isEqualTo(failure);
              assertThat(error.getStatus().getCause()).isNull();
            });
  }

  @Test
  void handlerThatThrows_isAnUnknownFailure_andTheNextCallIsServed() throws Exception {
    AtomicInteger calls = new AtomicInteger();
    Channel channel =
        serve(
            answering(observer -> {
              if (calls.incrementAndGet() == 1) {
                throw new IllegalStateException("a secret of the handler");
              }
              observer.onNext(AnalyzeResponse.getDefaultInstance());
              observer.onCompleted();
            }));

    assertThatThrownBy(() -> analyze(channel))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            error -> assertThat(error.getStatus().getCode()).isEqualTo(Status.Code.UNKNOWN))
        .hasMessageNotContaining("secret");
    analyze(channel);
  }

  @Test
  void unknownMethod_isUnimplemented() throws Exception {
    Channel channel = serve(new EchoScorer("echo"));

    assertThatThrownBy(() ->
            ProviderServiceGrpc.newBlockingStub(channel)
                .withDeadlineAfter(10, TimeUnit.SECONDS)
                .listModels(dev.fairlead.v1.ListModelsRequest.getDefaultInstance()))
        .satisfies(error -> assertThat(code(error)).isEqualTo(Status.Code.UNIMPLEMENTED));
    assertThatThrownBy(() ->
            ScorerServiceGrpc.newBlockingStub(channel)
                .withDeadlineAfter(10, TimeUnit.SECONDS)
                .embed(EmbedRequest.getDefaultInstance()))
        .satisfies(error -> assertThat(code(error)).isEqualTo(Status.Code.UNIMPLEMENTED));
  }

  @Test
  void deadline_endsBothSides() throws Exception {
    CountDownLatch cancelled = new CountDownLatch(1);
    Channel channel = serve(answering(observer -> onCancel(observer, cancelled)));

    assertThatThrownBy(() ->
            ScorerServiceGrpc.newBlockingStub(channel)
                .withDeadlineAfter(50, TimeUnit.MILLISECONDS)
                .analyze(AnalyzeRequest.getDefaultInstance()))
        .satisfies(error -> assertThat(code(error)).isEqualTo(Status.Code.DEADLINE_EXCEEDED));
    assertThat(cancelled.await(10, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void handler_knowsTheCallersDeadline() throws Exception {
    CompletableFuture<Long> left = new CompletableFuture<>();
    Channel channel =
        serve(
            answering(observer -> {
              left.complete(Context.current().getDeadline().timeRemaining(TimeUnit.SECONDS));
              observer.onNext(AnalyzeResponse.getDefaultInstance());
              observer.onCompleted();
            }));

    ScorerServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(30, TimeUnit.SECONDS)
        .analyze(AnalyzeRequest.getDefaultInstance());
    assertThat(left.join()).isBetween(20L, 30L);
  }

  @Test
  void cancelledContext_endsBothSides() throws Exception {
    CountDownLatch cancelled = new CountDownLatch(1);
    CountDownLatch begun = new CountDownLatch(1);
    CompletableFuture<Throwable> failure = new CompletableFuture<>();
    Channel channel =
        serve(
            answering(observer -> {
              onCancel(observer, cancelled);
              begun.countDown();
            }));

    try (Context.CancellableContext context = Context.current().withCancellation()) {
      context.run(() ->
          ScorerServiceGrpc.newStub(channel)
              .analyze(AnalyzeRequest.getDefaultInstance(), failing(failure)));
      assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();
      context.cancel(null);
    }
    assertThat(failure).succeedsWithin(SOON);
    assertThat(code(failure.join())).isEqualTo(Status.Code.CANCELLED);
    assertThat(cancelled.await(10, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void stream_arrivesWholeAndInOrder_whateverThePace() throws Exception {
    for (int ahead : new int[] {1, 3, EVENTS}) {
      Taker taker = new Taker(ahead, EVENTS);
      Channel channel = serve(new Streamer(EVENTS));
      ProviderServiceGrpc.newStub(channel)
          .streamGenerate(ProviderServiceStreamGenerateRequest.getDefaultInstance(), taker);
      assertThat(taker.ended).succeedsWithin(SOON);
      assertThat(taker.seen).hasSize(EVENTS).isSorted();
      stop();
    }
  }

  @Test
  void handler_isNotReady_whileTheCallerTakesNothing() throws Exception {
    Streamer streamer = new Streamer(1_000_000);
    Taker taker = new Taker(5, 5);
    ProviderServiceGrpc.newStub(serve(streamer))
        .streamGenerate(ProviderServiceStreamGenerateRequest.getDefaultInstance(), taker);

    await().atMost(SOON).until(() -> taker.seen.size() == 5);
    await().atMost(SOON).until(() -> !streamer.observer().isReady());
    int sent = streamer.sent.get();
    assertThat(sent).isLessThan(100_000);

    taker.more(10);
    await().atMost(SOON).until(() -> taker.seen.size() == 15);
    taker.cancel();
    assertThat(streamer.cancelled.await(10, TimeUnit.SECONDS)).isTrue();
    assertThat(code(taker.ended.handle((none, error) -> error).join()))
        .isEqualTo(Status.Code.CANCELLED);
  }

  @Test
  void shutdown_letsCallsFinish_andRefusesNewOnes() throws Exception {
    CompletableFuture<StreamObserver<AnalyzeResponse>> pending = new CompletableFuture<>();
    Channel channel = serve(answering(pending::complete));
    CompletableFuture<AnalyzeResponse> call =
        CompletableFuture.supplyAsync(() -> analyze(channel), TransportContract::aside);
    StreamObserver<AnalyzeResponse> observer = pending.join();

    CompletableFuture<Void> stopping =
        CompletableFuture.runAsync(() -> stop(SOON), TransportContract::aside);
    await()
        .atMost(SOON)
        .until(() -> {
          try {
            analyzeAtOnce(channel);
            return false;
          } catch (StatusRuntimeException e) {
            return e.getStatus().getCode() != Status.Code.UNKNOWN;
          }
        });
    assertThat(call).isNotDone();
    observer.onNext(AnalyzeResponse.newBuilder().setModelFingerprint("late").build());
    observer.onCompleted();
    assertThat(call.join().getModelFingerprint()).isEqualTo("late");
    assertThat(stopping).succeedsWithin(SOON);
  }

  @Test
  void shutdown_endsCallsThatDoNotFinishInTime() throws Exception {
    CountDownLatch cancelled = new CountDownLatch(1);
    CountDownLatch begun = new CountDownLatch(1);
    Channel channel =
        serve(
            answering(observer -> {
              onCancel(observer, cancelled);
              begun.countDown();
            }));
    CompletableFuture<Throwable> failure = new CompletableFuture<>();
    ScorerServiceGrpc.newStub(channel)
        .analyze(AnalyzeRequest.getDefaultInstance(), failing(failure));
    assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();

    stop(Duration.ofMillis(20));
    assertThat(failure).succeedsWithin(SOON);
    assertThat(cancelled.await(10, TimeUnit.SECONDS)).isTrue();
  }

  private static void aside(Runnable task) {
    Thread.ofVirtual().start(task);
  }

  private static AnalyzeResponse analyze(Channel channel) {
    return ScorerServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(20, TimeUnit.SECONDS)
        .analyze(AnalyzeRequest.getDefaultInstance());
  }

  private static void analyzeAtOnce(Channel channel) {
    AnalyzeResponse response =
        ScorerServiceGrpc.newBlockingStub(channel)
            .withDeadlineAfter(100, TimeUnit.MILLISECONDS)
            .analyze(AnalyzeRequest.newBuilder().setText("probe").build());
    assertThat(response).isNotNull();
  }

  static Status.@Nullable Code code(Throwable error) {
    return Status.fromThrowable(error).getCode();
  }

  private static EchoScorer answering(
      java.util.function.Consumer<StreamObserver<AnalyzeResponse>> answer) {
    return new EchoScorer("answering") {
      @Override
      void answer(AnalyzeRequest request, StreamObserver<AnalyzeResponse> observer) {
        if (request.getText().isEmpty()) {
          answer.accept(observer);
        } else {
          super.answer(request, observer);
        }
      }
    };
  }

  private static void onCancel(StreamObserver<?> observer, CountDownLatch cancelled) {
    ((ServerCallStreamObserver<?>) observer).setOnCancelHandler(cancelled::countDown);
  }

  private static StreamObserver<AnalyzeResponse> failing(CompletableFuture<Throwable> failure) {
    return new StreamObserver<>() {
      @Override
      public void onNext(AnalyzeResponse response) {}

      @Override
      public void onError(Throwable error) {
        failure.complete(error);
      }

      @Override
      public void onCompleted() {
        failure.complete(new AssertionError("completed"));
      }
    };
  }

  /** Sends numbered events as long as the caller takes them. */
  private static final class Streamer extends ProviderServiceGrpc.ProviderServiceImplBase {
    private final int count;
    private final AtomicInteger sent = new AtomicInteger();
    private final CountDownLatch cancelled = new CountDownLatch(1);
    private final CompletableFuture<ServerCallStreamObserver<?>> observer =
        new CompletableFuture<>();

    Streamer(int count) {
      this.count = count;
    }

    ServerCallStreamObserver<?> observer() {
      return observer.join();
    }

    @Override
    public void streamGenerate(
        ProviderServiceStreamGenerateRequest request,
        StreamObserver<ProviderServiceStreamGenerateResponse> responses) {
      var out = (ServerCallStreamObserver<ProviderServiceStreamGenerateResponse>) responses;
      observer.complete(out);
      out.setOnCancelHandler(cancelled::countDown);
      out.setOnReadyHandler(() -> send(out));
    }

    private void send(ServerCallStreamObserver<ProviderServiceStreamGenerateResponse> out) {
      while (out.isReady() && sent.get() < count) {
        RawEvents events =
            RawEvents.newBuilder()
                .setSse(ByteString.copyFromUtf8("x".repeat(512)))
                .setContentEvents(sent.incrementAndGet())
                .build();
        out.onNext(ProviderServiceStreamGenerateResponse.newBuilder().setEvents(events).build());
        if (sent.get() == count) {
          out.onCompleted();
        }
      }
    }
  }

  /** Takes {@code ahead} events, and then one for each that it has had, up to {@code most}. */
  private static final class Taker
      implements ClientResponseObserver<
          ProviderServiceStreamGenerateRequest, ProviderServiceStreamGenerateResponse> {
    private final int ahead;
    private final int most;
    private final List<Integer> seen = Collections.synchronizedList(new ArrayList<>());
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private @Nullable ClientCallStreamObserver<ProviderServiceStreamGenerateRequest> call;

    Taker(int ahead, int most) {
      this.ahead = ahead;
      this.most = most;
    }

    void more(int count) {
      if (call != null) {
        call.request(count);
      }
    }

    void cancel() {
      if (call != null) {
        call.cancel("enough", null);
      }
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<ProviderServiceStreamGenerateRequest> begun) {
      call = begun;
      begun.disableAutoRequestWithInitial(ahead);
    }

    @Override
    public void onNext(ProviderServiceStreamGenerateResponse response) {
      seen.add(response.getEvents().getContentEvents());
      if (seen.size() + ahead <= most) {
        more(1);
      }
    }

    @Override
    public void onError(Throwable error) {
      ended.completeExceptionally(error);
    }

    @Override
    public void onCompleted() {
      ended.complete(null);
    }
  }
}
