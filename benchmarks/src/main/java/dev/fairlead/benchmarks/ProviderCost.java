package dev.fairlead.benchmarks;

import com.google.protobuf.ByteString;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpResponseWriter;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.server.Server;
import com.linecorp.armeria.server.ServiceRequestContext;
import com.sun.management.OperatingSystemMXBean;
import dev.fairlead.common.config.ConfigSource;
import dev.fairlead.common.rpc.LocalServer;
import dev.fairlead.provider.ProviderNode;
import dev.fairlead.v1.Dialect;
import dev.fairlead.v1.FieldSpan;
import dev.fairlead.v1.GenerationCall;
import dev.fairlead.v1.ProviderServiceGenerateRequest;
import dev.fairlead.v1.ProviderServiceGenerateResponse;
import dev.fairlead.v1.ProviderServiceGrpc;
import dev.fairlead.v1.ProviderServiceStreamGenerateRequest;
import dev.fairlead.v1.ProviderServiceStreamGenerateResponse;
import dev.fairlead.v1.RawRequest;
import io.grpc.stub.StreamObserver;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opentelemetry.api.OpenTelemetry;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Processor time of the provider service alone: calls through {@link LocalServer}, an upstream that
 * answers at once in a process of its own, which is not counted. Counted is everything in this one:
 * the stub, the whole stack, the HTTP client, the kernel's work for its sockets, garbage collection
 * and compilation.
 *
 * <p>Arguments: calls a round (20,000), calls under way (32), rounds (5). Each round prints CPU a
 * whole answer (2 KB request, 2 KB answer), CPU a stream of 200 events that come in one burst, and
 * of 256 streams at a cadence of 20 ms the CPU an event, frames lost and the longest gap.
 */
public final class ProviderCost {

  private static final String PATH = "/v1/chat/completions";
  private static final int BURST_EVENTS = 200;
  private static final int STREAMS = 256;
  private static final int FRAMES = 250;
  private static final long CADENCE_MILLIS = 20;

  private final ProviderServiceGrpc.ProviderServiceStub stub;

  private ProviderCost(ProviderServiceGrpc.ProviderServiceStub stub) {
    this.stub = stub;
  }

  /** Runs and prints; with {@code upstream} as its argument it is the upstream. */
  public static void main(String[] args) throws Exception {
    if (args.length == 1 && args[0].equals("upstream")) {
      upstream();
      return;
    }
    int calls = args.length > 0 ? Integer.parseInt(args[0]) : 20_000;
    int underWay = args.length > 1 ? Integer.parseInt(args[1]) : 32;
    int rounds = args.length > 2 ? Integer.parseInt(args[2]) : 5;
    Process upstream = ChildProcess.start(ProviderCost.class, "upstream");
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(upstream.getInputStream(), StandardCharsets.UTF_8))) {
      run(Integer.parseInt(lines.readLine().strip()), calls, underWay, rounds);
    } finally {
      upstream.destroy();
      upstream.waitFor();
    }
    System.exit(0);
  }

  private static void run(int port, int calls, int underWay, int rounds) throws Exception {
    ConfigSource config =
        ConfigSource.parse(
            "cost",
            """
            providers: { lab: { kind: openai, base_url: "http://127.0.0.1:%d/v1", api_key: k } }
            provider: { limits: { concurrency: 2000 } }
            models:
              - { id: whole, provider: lab, upstream: whole, price: { input: 1, output: 1 } }
              - { id: burst, provider: lab, upstream: burst, price: { input: 1, output: 1 } }
              - { id: paced, provider: lab, upstream: paced, price: { input: 1, output: 1 } }
            """
                .formatted(port),
            Map.of());
    try (ProviderNode node =
            ProviderNode.start(
                config, new SimpleMeterRegistry(), OpenTelemetry.noop().getTracer("cost"));
        LocalServer server = LocalServer.of(node.services(), List.of())) {
      ProviderCost cost = new ProviderCost(ProviderServiceGrpc.newStub(server.channel(List.of())));
      for (int round = 0; round <= rounds; round++) {
        String name = round == 0 ? "warm-up" : "round " + round;
        double whole = cost.wholeAnswers(calls, underWay);
        double burst = cost.bursts(calls / 20, underWay);
        System.out.printf(
            Locale.ROOT,
            "%s: %.1f us a request, %.1f us a stream of %d events (%.2f us an event)%n",
            name,
            whole,
            burst,
            BURST_EVENTS,
            (burst - whole) / BURST_EVENTS);
        System.out.println(name + ": " + cost.paced());
      }
    }
  }

  private static long cpu() {
    return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }

  /** Microseconds a call. */
  private double wholeAnswers(int calls, int underWay) throws InterruptedException {
    ProviderServiceGenerateRequest request =
        ProviderServiceGenerateRequest.newBuilder().setCall(call("whole")).build();
    Semaphore places = new Semaphore(underWay);
    long before = cpu();
    for (int i = 0; i < calls; i++) {
      places.acquire();
      stub.generate(request, new Ending<ProviderServiceGenerateResponse>(places));
    }
    places.acquire(underWay);
    return (cpu() - before) / 1e3 / calls;
  }

  private double bursts(int calls, int underWay) throws InterruptedException {
    ProviderServiceStreamGenerateRequest request =
        ProviderServiceStreamGenerateRequest.newBuilder().setCall(call("burst")).build();
    Semaphore places = new Semaphore(underWay);
    long before = cpu();
    for (int i = 0; i < calls; i++) {
      places.acquire();
      stub.streamGenerate(request, new Ending<ProviderServiceStreamGenerateResponse>(places));
    }
    places.acquire(underWay);
    return (cpu() - before) / 1e3 / calls;
  }

  private String paced() {
    ProviderServiceStreamGenerateRequest request =
        ProviderServiceStreamGenerateRequest.newBuilder().setCall(call("paced")).build();
    List<Frames> streams = new ArrayList<>();
    long before = cpu();
    for (int i = 0; i < STREAMS; i++) {
      Frames frames = new Frames();
      streams.add(frames);
      stub.streamGenerate(request, frames);
    }
    streams.forEach(frames -> frames.ended.join());
    double micros = (cpu() - before) / 1e3 / STREAMS / FRAMES;
    int lost = streams.stream().mapToInt(Frames::lost).sum();
    long gap = streams.stream().mapToLong(frames -> frames.longestGapNanos).max().orElse(0);
    return String.format(
        Locale.ROOT,
        "%d streams every %d ms: %.1f us an event, lost %d, longest gap %.0f ms",
        STREAMS,
        CADENCE_MILLIS,
        micros,
        lost,
        gap / 1e6);
  }

  private static GenerationCall call(String model) {
    String head = "{\"model\":\"m\",";
    String json =
        head
            + "\"messages\":[{\"role\":\"user\",\"content\":\""
            + "Some words of a question. ".repeat(75)
            + "\"}]}";
    return GenerationCall.newBuilder()
        .addModelIds(model)
        .setRaw(
            RawRequest.newBuilder()
                .setDialect(Dialect.DIALECT_OPENAI_CHAT)
                .setBody(ByteString.copyFromUtf8(json))
                .addFields(span("model", 1, head.indexOf(':') + 1, head.length() - 1))
                .addFields(
                    span(
                        "messages",
                        head.length(),
                        json.indexOf(':', head.length()) + 1,
                        json.length() - 1)))
        .build();
  }

  private static FieldSpan span(String name, int key, int begin, int end) {
    return FieldSpan.newBuilder()
        .setName(name)
        .setKeyStart(key)
        .setValueStart(begin)
        .setValueEnd(end)
        .build();
  }

  /** Gives its place back at the end; a failure ends the program, for its numbers are worthless. */
  private record Ending<T>(Semaphore places) implements StreamObserver<T> {
    @Override
    public void onNext(T message) {
      // Only its cost counts.
    }

    @Override
    public void onError(Throwable error) {
      System.err.println("failed: " + error);
      System.exit(1);
    }

    @Override
    public void onCompleted() {
      places.release();
    }
  }

  /** One stream: that every frame comes, in order, and when. */
  private static final class Frames
      implements StreamObserver<ProviderServiceStreamGenerateResponse> {
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private final StringBuilder text = new StringBuilder();
    private long last;
    private long longestGapNanos;

    @Override
    public void onNext(ProviderServiceStreamGenerateResponse message) {
      if (message.hasEvents()) {
        long now = System.nanoTime();
        longestGapNanos = last == 0 ? 0 : Math.max(longestGapNanos, now - last);
        last = now;
        text.append(message.getEvents().getSse().toStringUtf8());
      }
    }

    @Override
    public void onError(Throwable error) {
      text.append(error);
      ended.complete(null);
    }

    @Override
    public void onCompleted() {
      ended.complete(null);
    }

    int lost() {
      int lost = 0;
      int from = 0;
      for (int i = 0; i < FRAMES; i++) {
        int at = text.indexOf("\"n" + i + " \"", from);
        lost += at < 0 ? 1 : 0;
        from = at < 0 ? from : at;
      }
      return lost;
    }
  }

  /** Serves until it is stopped; prints its port. */
  private static void upstream() {
    String whole =
        "{\"id\":\"c\",\"object\":\"chat.completion\",\"created\":1,\"model\":\"m\",\"choices\":[{\"index\":0,"
            + "\"message\":{\"role\":\"assistant\",\"content\":\""
            + "Some words of an answer. ".repeat(75)
            + "\"},\"finish_reason\":\"stop\"}],"
            + "\"usage\":{\"prompt_tokens\":400,\"completion_tokens\":380,\"total_tokens\":780}}";
    StringBuilder burst = new StringBuilder();
    for (int i = 0; i < BURST_EVENTS; i++) {
      burst.append(frame(i, BURST_EVENTS));
    }
    HttpData wholeBody = HttpData.ofUtf8(whole);
    HttpData burstBody = HttpData.ofUtf8(burst + "data: [DONE]\n\n");
    Server server =
        Server.builder()
            .http(0)
            .requestTimeoutMillis(0)
            .service(
                PATH,
                (context, request) ->
                    HttpResponse.of(
                        request
                            .aggregate()
                            .thenApply(asked -> {
                              String body = asked.contentUtf8();
                              if (body.contains("\"whole\"")) {
                                return HttpResponse.of(HttpStatus.OK, MediaType.JSON, wholeBody);
                              }
                              return body.contains("\"burst\"")
                                  ? HttpResponse.of(
                                      HttpStatus.OK, MediaType.EVENT_STREAM, burstBody)
                                  : paced(context);
                            })))
            .build();
    server.start().join();
    System.out.println(server.activeLocalPort());
  }

  private static HttpResponse paced(ServiceRequestContext context) {
    HttpResponseWriter writer = HttpResponse.streaming();
    writer.write(
        ResponseHeaders.of(HttpStatus.OK, HttpHeaderNames.CONTENT_TYPE, "text/event-stream"));
    paced(context, writer, 0);
    return writer;
  }

  private static void paced(ServiceRequestContext context, HttpResponseWriter writer, int number) {
    if (number == FRAMES) {
      writer.write(HttpData.ofUtf8("data: [DONE]\n\n"));
      writer.close();
      return;
    }
    writer.write(HttpData.ofUtf8(frame(number, FRAMES)));
    context
        .eventLoop()
        .schedule(() -> paced(context, writer, number + 1), CADENCE_MILLIS, TimeUnit.MILLISECONDS);
  }

  private static String frame(int number, int of) {
    return "data: {\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"m\","
        + "\"choices\":[{\"index\":0,\"delta\":{\"content\":\"n"
        + number
        + " \"},\"finish_reason\":"
        + (number == of - 1 ? "\"stop\"" : "null")
        + "}]}\n\n";
  }
}
