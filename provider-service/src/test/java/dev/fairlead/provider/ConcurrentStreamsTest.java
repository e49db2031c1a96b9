package dev.fairlead.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpResponseWriter;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.server.Server;
import com.linecorp.armeria.server.ServiceRequestContext;
import dev.fairlead.common.config.ConfigSource;
import dev.fairlead.common.rpc.RpcChannels;
import dev.fairlead.common.rpc.RpcServer;
import dev.fairlead.provider.testkit.Spans;
import dev.fairlead.provider.testkit.TypedCalls;
import dev.fairlead.v1.FinishReason;
import dev.fairlead.v1.GenerationCall;
import dev.fairlead.v1.GenerationCompleted;
import dev.fairlead.v1.ProviderServiceGrpc;
import dev.fairlead.v1.ProviderServiceStreamGenerateRequest;
import dev.fairlead.v1.ProviderServiceStreamGenerateResponse;
import io.grpc.ManagedChannel;
import io.grpc.stub.StreamObserver;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opentelemetry.api.OpenTelemetry;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Case F8: as many streams at once as a small server has, over real connections on both sides. The
 * vendor speaks when all have come, and falls silent half way until all its callers have heard what
 * it said: a frame that waits for the next one somewhere is never heard.
 */
class ConcurrentStreamsTest {

  private static final int STREAMS = 256;
  private static final int FRAMES = 50;
  private static final long CADENCE_MILLIS = 20;
  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final Pattern PROMPT = Pattern.compile("stream-([0-9]+)");
  private static final Pattern FRAME = Pattern.compile("s[0-9]+n[0-9]+ ");

  private final AtomicInteger arrived = new AtomicInteger();
  private final CompletableFuture<Void> allArrived = new CompletableFuture<>();
  private final CompletableFuture<Void> halfHeard = new CompletableFuture<>();
  private final Map<String, AtomicInteger> asked = new ConcurrentHashMap<>();
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private Server vendor;
  private ProviderNode node;

  @BeforeEach
  void start() {
    vendor =
        Server.builder()
            .http(0)
            .requestTimeoutMillis(0)
            .service("/v1/chat/completions", this::serve)
            .build();
    vendor.start().join();
    node =
        ProviderNode.start(
            ConfigSource.parse(
                "test",
                """
                providers: { lab: { kind: openai, base_url: "http://127.0.0.1:%d/v1", api_key: k } }
                models: [ { id: m, provider: lab, upstream: m, price: { input: 1, output: 1 } } ]
                provider: { timeouts: { first_token: 100s, idle: 100s } }
                """
                    .formatted(vendor.activeLocalPort()),
                Map.of()),
            meters,
            OpenTelemetry.noop().getTracer("test"));
  }

  @AfterEach
  void stop() {
    node.close();
    vendor.stop().join();
  }

  private HttpResponse serve(ServiceRequestContext context, HttpRequest request) {
    HttpResponseWriter writer = HttpResponse.streaming();
    request
        .aggregate()
        .thenAccept(whole -> {
          Matcher prompt = PROMPT.matcher(whole.contentUtf8());
          assertThat(prompt.find()).isTrue();
          String stream = prompt.group(1);
          asked.computeIfAbsent(stream, s -> new AtomicInteger()).incrementAndGet();
          if (arrived.incrementAndGet() == STREAMS) {
            allArrived.complete(null);
          }
          writer.write(
              ResponseHeaders.of(HttpStatus.OK, HttpHeaderNames.CONTENT_TYPE, "text/event-stream"));
          allArrived.thenRun(() -> tell(context, writer, stream, 0));
        });
    return writer;
  }

  private void tell(
      ServiceRequestContext context, HttpResponseWriter writer, String stream, int number) {
    String reason = number == FRAMES - 1 ? "\"stop\"" : "null";
    writer.write(
        HttpData.ofUtf8(
            "data:"
                + " {\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"m\","
                + "\"choices\":[{\"index\":0,\"delta\":{\"content\":\"%s\"},\"finish_reason\":%s}]}\n\n"
                    .formatted(frame(stream, number), reason)));
    if (number == FRAMES - 1) {
      writer.write(HttpData.ofUtf8("data: [DONE]\n\n"));
      writer.close();
      return;
    }
    Runnable next =
        () ->
            context
                .eventLoop()
                .schedule(
                    () -> tell(context, writer, stream, number + 1),
                    CADENCE_MILLIS,
                    TimeUnit.MILLISECONDS);
    if (number == FRAMES / 2) {
      halfHeard.thenRun(next);
    } else {
      next.run();
    }
  }

  private static String frame(String stream, int number) {
    return "s" + stream + "n" + number + " ";
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void f8_everyFrameArrives_inOrder_andNoneWaitsForTheNext(boolean typed) throws Exception {
    InetSocketAddress anyPort = new InetSocketAddress("127.0.0.1", 0);
    try (RpcServer server = RpcServer.listen(anyPort, node.services(), List.of())) {
      ManagedChannel channel = RpcChannels.connect("127.0.0.1:" + server.port(), List.of());
      List<Heard> streams = new ArrayList<>();
      for (int i = 0; i < STREAMS; i++) {
        streams.add(ask(channel, "stream-" + i, typed));
      }
      await()
          .atMost(PATIENCE)
          .untilAsserted(() ->
              assertThat(streams).allMatch(heard -> heard.frames() > FRAMES / 2, "half is heard"));
      halfHeard.complete(null);

      await().atMost(PATIENCE).until(() -> streams.stream().allMatch(heard -> heard.ended));
      channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
      for (int i = 0; i < STREAMS; i++) {
        assertWhole(streams.get(i), String.valueOf(i));
      }
    }
    assertThat(asked).hasSize(STREAMS).allSatisfy((stream, calls) -> assertThat(calls).hasValue(1));
    assertThat(meters.get("llm.router.upstream.in.flight").gauge().value()).isZero();
  }

  private static Heard ask(ManagedChannel channel, String prompt, boolean typed) {
    GenerationCall.Builder call = GenerationCall.newBuilder().addModelIds("m");
    if (typed) {
      call.setChat(TypedCalls.request(prompt));
    } else {
      call.setRaw(Spans.chat(prompt));
    }
    Heard heard = new Heard();
    ProviderServiceGrpc.newStub(channel)
        .streamGenerate(
            ProviderServiceStreamGenerateRequest.newBuilder().setCall(call).build(), heard);
    return heard;
  }

  private static void assertWhole(Heard heard, String stream) {
    assertThat(heard.failure).isNull();
    List<String> expected =
        IntStream.range(0, FRAMES).mapToObj(number -> frame(stream, number)).toList();
    assertThat(FRAME.matcher(heard.text).results().map(found -> found.group()).toList())
        .isEqualTo(expected);
    assertThat(heard.completed).hasSize(1);
    assertThat(heard.completed.getFirst().getFinishReason())
        .isEqualTo(FinishReason.FINISH_REASON_STOP);
    assertThat(heard.completed.getFirst().getText())
        .isEqualTo(expected.stream().collect(Collectors.joining()));
    assertThat(heard.completed.getFirst().getAttemptsList()).hasSize(1);
  }

  /** One stream as its caller hears it. */
  private static final class Heard
      implements StreamObserver<ProviderServiceStreamGenerateResponse> {
    private final StringBuilder text = new StringBuilder();
    private final List<GenerationCompleted> completed = new ArrayList<>();
    private volatile @Nullable Throwable failure;
    private volatile boolean ended;

    synchronized long frames() {
      return FRAME.matcher(text).results().count();
    }

    @Override
    public synchronized void onNext(ProviderServiceStreamGenerateResponse response) {
      text.append(response.getEvents().getSse().toStringUtf8());
      text.append(response.getDelta().getText());
      if (response.hasCompleted()) {
        completed.add(response.getCompleted());
      }
    }

    @Override
    public void onError(Throwable error) {
      failure = error;
      ended = true;
    }

    @Override
    public void onCompleted() {
      ended = true;
    }
  }
}
