package dev.fairlead.common.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import dev.fairlead.common.config.Secret;
import dev.fairlead.common.failure.Failure.UpstreamRejected;
import dev.fairlead.common.failure.FailureStatus;
import dev.fairlead.v1.AnalyzeRequest;
import dev.fairlead.v1.AnalyzeResponse;
import dev.fairlead.v1.Dialect;
import dev.fairlead.v1.ScorerServiceGrpc;
import dev.fairlead.v1.UpstreamError;
import io.grpc.ClientInterceptor;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RpcTest {

  private final Deque<AutoCloseable> opened = new ArrayDeque<>();

  @AfterEach
  void closeAll() throws Exception {
    while (!opened.isEmpty()) {
      opened.pop().close();
    }
  }

  @Test
  void calls_goRound_overEveryAddressOfTheTarget() throws IOException {
    EchoScorer a = new EchoScorer("a");
    EchoScorer b = new EchoScorer("b");
    var stub = stub("127.0.0.1:" + serve(0, a).port() + ", 127.0.0.1:" + serve(0, b).port());
    await().until(() -> a.calls.get() > 0 & b.calls.get() > 0 | calls(stub, 2) == 0);
    int beforeA = a.calls.get();
    int beforeB = b.calls.get();

    calls(stub, 20);

    assertThat(a.calls.get() - beforeA).isEqualTo(10);
    assertThat(b.calls.get() - beforeB).isEqualTo(10);
  }

  @Test
  void call_isServedByTheOther_whenOneAddressIsDeadOrWrong() throws IOException {
    EchoScorer alive = new EchoScorer("alive");
    int port = serve(0, alive).port();

    var stub =
        stub("127.0.0.1:1,no-such-host.invalid:7001,nonsense,127.0.0.1:99999,127.0.0.1:" + port);

    assertThat(calls(stub, 5)).isEqualTo(5);
  }

  @Test
  void call_reachesAnIpv6Address() throws IOException {
    InetSocketAddress loopback = new InetSocketAddress("::1", 0);
    RpcServer server = opened(RpcServer.listen(loopback, List.of(new EchoScorer("6")), List.of()));

    assertThat(calls(stub("[::1]:" + server.port()), 1)).isEqualTo(1);
  }

  @Test
  void call_failsUnavailable_whenNoAddressCanBeResolved() {
    assertThatThrownBy(() -> calls(stub("no-such-host.invalid:7001"), 1))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            error -> assertThat(error.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE));
  }

  @Test
  void calls_areRetried_whileTheServerIsRestarted() throws IOException {
    RpcServer first = serve(0, new EchoScorer("first"));
    var stub = stub("127.0.0.1:" + first.port());
    assertThat(calls(stub, 1)).isEqualTo(1);
    first.close(Duration.ofSeconds(1));

    CompletableFuture<AnalyzeResponse> call =
        CompletableFuture.supplyAsync(() -> stub.analyze(AnalyzeRequest.getDefaultInstance()));
    serve(first.port(), new EchoScorer("second"));

    assertThat(call.join().getModelFingerprint()).isEqualTo("second");
  }

  @Test
  void channel_findsARestartedServer_soon() throws IOException {
    RpcServer first = serve(0, new EchoScorer("first"));
    var stub = stub("127.0.0.1:" + first.port());
    assertThat(calls(stub, 1)).isEqualTo(1);
    first.close(Duration.ofSeconds(1));
    assertThatThrownBy(() -> calls(stub, 1)).isInstanceOf(StatusRuntimeException.class);

    serve(first.port(), new EchoScorer("second"));

    await().atMost(Duration.ofSeconds(5)).ignoreExceptions().until(() -> calls(stub, 1) == 1);
  }

  @Test
  void unavailable_isRetried_beforeHeaders() throws IOException {
    AtomicInteger failures = new AtomicInteger(2);
    EchoScorer scorer =
        new EchoScorer("x") {
          @Override
          void answer(AnalyzeRequest request, StreamObserver<AnalyzeResponse> observer) {
            if (failures.getAndDecrement() > 0) {
              observer.onError(Status.UNAVAILABLE.asRuntimeException());
            } else {
              super.answer(request, observer);
            }
          }
        };

    assertThat(calls(stub("127.0.0.1:" + serve(0, scorer).port()), 1)).isEqualTo(1);
    assertThat(scorer.calls).hasValue(3);
  }

  @Test
  void unavailable_isNotRetried_afterAcceptedHeaders() throws IOException {
    EchoScorer scorer = failing(Status.UNAVAILABLE.withDescription("down").asRuntimeException());

    assertThatThrownBy(
            () -> calls(stub("127.0.0.1:" + serve(0, scorer, new AcceptedHeaders()).port()), 1))
        .isInstanceOf(StatusRuntimeException.class)
        .hasMessage("UNAVAILABLE: down");
    assertThat(scorer.calls).hasValue(1);
  }

  @Test
  void unavailable_isRetried_whereHeadersAreOfOtherMethods() throws IOException {
    EchoScorer scorer = failing(Status.UNAVAILABLE.withDescription("down").asRuntimeException());
    AcceptedHeaders ofLabels =
        new AcceptedHeaders(method -> method.equals(ScorerServiceGrpc.getLearnMethod()));

    assertThatThrownBy(() -> calls(stub("127.0.0.1:" + serve(0, scorer, ofLabels).port()), 1))
        .isInstanceOf(StatusRuntimeException.class);
    assertThat(scorer.calls.get()).isGreaterThan(1);
  }

  @Test
  void brokenConnection_isNotRetried_afterAcceptedHeaders() throws IOException {
    CountDownLatch entered = new CountDownLatch(1);
    EchoScorer scorer =
        new EchoScorer("x") {
          @Override
          void answer(AnalyzeRequest request, StreamObserver<AnalyzeResponse> observer) {
            entered.countDown();
          }
        };
    RpcServer server = serve(0, scorer, new AcceptedHeaders());
    var stub = stub("127.0.0.1:" + server.port());
    CompletableFuture<AnalyzeResponse> call =
        CompletableFuture.supplyAsync(() -> stub.analyze(AnalyzeRequest.getDefaultInstance()));
    await().until(() -> entered.getCount() == 0);

    server.close(Duration.ZERO);
    EchoScorer next = new EchoScorer("next");
    serve(server.port(), next);

    assertThatThrownBy(call::join).hasRootCauseInstanceOf(StatusRuntimeException.class);
    assertThat(next.calls).hasValue(0);
  }

  @Test
  void otherStatuses_areNotRetried() throws IOException {
    EchoScorer scorer = failing(Status.RESOURCE_EXHAUSTED.asRuntimeException());

    assertThatThrownBy(() -> calls(stub("127.0.0.1:" + serve(0, scorer).port()), 1))
        .isInstanceOf(StatusRuntimeException.class);
    assertThat(scorer.calls).hasValue(1);
  }

  @Test
  void failureDetails_arrive_whenTheyAreAsLargeAsTheContractAllows() throws IOException {
    UpstreamError words =
        UpstreamError.newBuilder()
            .setHttpStatus(400)
            .setDialect(Dialect.DIALECT_OPENAI_CHAT)
            .setBody(ByteString.copyFromUtf8("x".repeat(64 << 10)))
            .build();
    UpstreamRejected failure = new UpstreamRejected("refused", 400, UpstreamRejected.Fault.CALLER);
    var stub =
        stub("127.0.0.1:" + serve(0, failing(FailureStatus.toStatus(failure, words))).port());

    assertThatThrownBy(() -> calls(stub, 1))
        .satisfies(error -> {
          assertThat(FailureStatus.fromThrowable(error)).isEqualTo(failure);
          assertThat(FailureStatus.detail(error, UpstreamError.class)).contains(words);
        });
  }

  @Test
  void largeMessage_passes() throws IOException {
    AtomicInteger length = new AtomicInteger();
    EchoScorer scorer =
        new EchoScorer("x") {
          @Override
          void answer(AnalyzeRequest request, StreamObserver<AnalyzeResponse> observer) {
            length.set(request.getText().length());
            super.answer(request, observer);
          }
        };
    var stub = stub("127.0.0.1:" + serve(0, scorer).port());

    assertThat(
            stub.analyze(AnalyzeRequest.newBuilder().setText("y".repeat(20 << 20)).build())
                .getModelFingerprint())
        .isEqualTo("x");
    assertThat(length).hasValue(20 << 20);
  }

  @Test
  void c10_serviceToken_isDemandedOfEveryCall_butHealth() throws IOException {
    Secret token = new Secret("mesh-secret");
    EchoScorer scorer = new EchoScorer("x");
    RpcServer server =
        serve(0, scorer, ServiceToken.demanding(token).toArray(new ServerInterceptor[0]));
    String target = "127.0.0.1:" + server.port();

    assertThat(calls(stub(target, ServiceToken.sending(token)), 1)).isEqualTo(1);
    List<ClientInterceptor> none = List.of();
    for (List<ClientInterceptor> wrong : List.of(none, ServiceToken.sending(new Secret("no")))) {
      assertThatThrownBy(() -> calls(stub(target, wrong), 1))
          .isInstanceOfSatisfying(
              StatusRuntimeException.class,
              error -> {
                assertThat(error.getStatus().getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
                assertThat(error).hasMessageNotContaining("mesh-secret");
              });
    }
    assertThat(health(channel(target, List.of()))).isEqualTo(ServingStatus.SERVING);
    assertThat(scorer.calls).hasValue(1);
    assertThat(ServiceToken.demanding(new Secret(""))).isEmpty();
    assertThat(ServiceToken.sending(new Secret(""))).isEmpty();
  }

  @Test
  void health_isServing_andReflectionListsTheServices() throws Exception {
    ManagedChannel channel =
        channel("127.0.0.1:" + serve(0, new EchoScorer("x")).port(), List.of());

    assertThat(health(channel)).isEqualTo(ServingStatus.SERVING);
    assertThat(reflected(channel)).contains("fairlead.v1.ScorerService", "grpc.health.v1.Health");
  }

  @Test
  void close_letsCallsInFlightFinish() throws IOException {
    CompletableFuture<StreamObserver<AnalyzeResponse>> pending = new CompletableFuture<>();
    EchoScorer scorer =
        new EchoScorer("x") {
          @Override
          void answer(AnalyzeRequest request, StreamObserver<AnalyzeResponse> observer) {
            pending.complete(observer);
          }
        };
    RpcServer server = serve(0, scorer);
    var stub = stub("127.0.0.1:" + server.port());
    CompletableFuture<AnalyzeResponse> call =
        CompletableFuture.supplyAsync(() -> stub.analyze(AnalyzeRequest.getDefaultInstance()));
    StreamObserver<AnalyzeResponse> observer = pending.join();

    CompletableFuture<Void> closing =
        CompletableFuture.runAsync(() -> server.close(Duration.ofSeconds(20)));
    assertThat(closing).isNotDone();
    observer.onNext(AnalyzeResponse.newBuilder().setModelFingerprint("late").build());
    observer.onCompleted();

    assertThat(call.join().getModelFingerprint()).isEqualTo("late");
    assertThat(closing).succeedsWithin(Duration.ofSeconds(10));
  }

  @Test
  void interceptors_runOutermostFirst_onBothSidesAndBothTransports() throws IOException {
    List<String> order = new ArrayList<>();
    EchoScorer scorer = new EchoScorer("x");
    List<ServerInterceptor> server = List.of(noting(order, "s1"), noting(order, "s2"));
    List<ClientInterceptor> client = List.of(notingClient(order, "c1"), notingClient(order, "c2"));

    int port = opened(RpcServer.listen(local(0), List.of(scorer), server)).port();
    calls(stub("127.0.0.1:" + port, client), 1);
    assertThat(order).containsExactly("c1", "c2", "s1", "s2");

    order.clear();
    LocalServer inProcess = LocalServer.of(List.of(scorer), server);
    calls(
        ScorerServiceGrpc.newBlockingStub(inProcess.channel(client))
            .withDeadlineAfter(10, TimeUnit.SECONDS),
        1);
    assertThat(order).containsExactly("c1", "c2", "s1", "s2");
  }

  private static ServerInterceptor noting(List<String> order, String name) {
    return new ServerInterceptor() {
      @Override
      public <Q, R> io.grpc.ServerCall.Listener<Q> interceptCall(
          io.grpc.ServerCall<Q, R> call, Metadata headers, io.grpc.ServerCallHandler<Q, R> next) {
        order.add(name);
        return next.startCall(call, headers);
      }
    };
  }

  private static ClientInterceptor notingClient(List<String> order, String name) {
    ClientInterceptor nothing = MetadataUtils.newAttachHeadersInterceptor(new Metadata());
    return new ClientInterceptor() {
      @Override
      public <Q, R> io.grpc.ClientCall<Q, R> interceptCall(
          io.grpc.MethodDescriptor<Q, R> method,
          io.grpc.CallOptions options,
          io.grpc.Channel next) {
        order.add(name);
        return nothing.interceptCall(method, options, next);
      }
    };
  }

  private static EchoScorer failing(StatusRuntimeException error) {
    return new EchoScorer("failing") {
      @Override
      void answer(AnalyzeRequest request, StreamObserver<AnalyzeResponse> observer) {
        observer.onError(error);
      }
    };
  }

  private static ServingStatus health(ManagedChannel channel) {
    return HealthGrpc.newBlockingStub(channel)
        .withDeadlineAfter(10, TimeUnit.SECONDS)
        .check(HealthCheckRequest.getDefaultInstance())
        .getStatus();
  }

  private static List<String> reflected(ManagedChannel channel) throws Exception {
    CompletableFuture<ServerReflectionResponse> answer = new CompletableFuture<>();
    StreamObserver<ServerReflectionRequest> questions =
        ServerReflectionGrpc.newStub(channel)
            .withDeadlineAfter(10, TimeUnit.SECONDS)
            .serverReflectionInfo(
                new StreamObserver<>() {
                  @Override
                  public void onNext(ServerReflectionResponse response) {
                    answer.complete(response);
                  }

                  @Override
                  public void onError(Throwable error) {
                    answer.completeExceptionally(error);
                  }

                  @Override
                  public void onCompleted() {}
                });
    questions.onNext(ServerReflectionRequest.newBuilder().setListServices("").build());
    questions.onCompleted();
    return answer.get(10, TimeUnit.SECONDS).getListServicesResponse().getServiceList().stream()
        .map(service -> service.getName())
        .toList();
  }

  private RpcServer serve(int port, EchoScorer scorer, ServerInterceptor... interceptors)
      throws IOException {
    return opened(RpcServer.listen(local(port), List.of(scorer), List.of(interceptors)));
  }

  private RpcServer opened(RpcServer server) {
    opened.push(() -> server.close(Duration.ZERO));
    return server;
  }

  private static InetSocketAddress local(int port) {
    return new InetSocketAddress("127.0.0.1", port);
  }

  private ScorerServiceGrpc.ScorerServiceBlockingStub stub(String target) {
    return stub(target, List.of());
  }

  private ScorerServiceGrpc.ScorerServiceBlockingStub stub(
      String target, List<ClientInterceptor> interceptors) {
    return ScorerServiceGrpc.newBlockingStub(channel(target, interceptors));
  }

  private ManagedChannel channel(String target, List<ClientInterceptor> interceptors) {
    ManagedChannel channel = RpcChannels.connect(target, interceptors);
    opened.push(() -> channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS));
    return channel;
  }

  private static int calls(ScorerServiceGrpc.ScorerServiceBlockingStub stub, int count) {
    int answered = 0;
    for (int i = 0; i < count; i++) {
      AnalyzeResponse response =
          stub.withDeadlineAfter(20, TimeUnit.SECONDS).analyze(AnalyzeRequest.getDefaultInstance());
      answered += response.getModelFingerprint().isEmpty() ? 0 : 1;
    }
    return answered;
  }
}
