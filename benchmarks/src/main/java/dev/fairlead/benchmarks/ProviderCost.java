package dev.fairlead.benchmarks;

import com.google.protobuf.ByteString;
import com.linecorp.armeria.client.WebClient;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpObject;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpResponseWriter;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.RequestHeaders;
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
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/**
 * Processor time of the provider service alone: calls through {@link LocalServer}, an upstream that
 * answers at once in a process of its own, which is not counted. Counted is everything in this one:
 * the stub, the whole stack, the HTTP client, the kernel's work for its sockets, garbage collection
 * and compilation. In turns with it, the same calls by a bare client of Armeria's: what no
 * arrangement around that client can save.
 *
 * <p>Arguments: calls a round (20,000), calls under way (32), rounds (5). Each round prints CPU a
 * whole answer (2 KB request, 2 KB answer), CPU a stream of 200 events that come in one burst, and
 * of 256 streams at a cadence of 20 ms the CPU an event, frames lost and the longest gap; at the
 * end the medians.
 */
public final class ProviderCost {

  private static final String PATH = "/v1/chat/completions";
  private static final int BURST_EVENTS = 200;
  private static final int STREAMS = 256;
  private static final int FRAMES = 250;
  private static final long CADENCE_MILLIS = 20;

  private final int calls;
  private final int underWay;

  private ProviderCost(int calls, int underWay) {
    this.calls = calls;
    this.underWay = underWay;
  }

  /** A way to call the upstream. */
  private interface Way {
    void ask(String model, Reading reading);
  }

  /** What hears an answer. A failure ends the program, for its numbers are worthless. */
  private interface Reading {
    /** Some of the body; of a whole answer and a burst nobody asks for the text. */
    void data(Supplier<String> text);

    void end();

    default void failed(Throwable error) {
      System.err.println("failed: " + error);
      System.exit(1);
    }
  }

  /** Microseconds of a round. */
  private record Costs(double whole, double burstEvent, double pacedEvent) {}

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
      new ProviderCost(calls, underWay).run(Integer.parseInt(lines.readLine().strip()), rounds);
    } finally {
      upstream.destroy();
      upstream.waitFor();
    }
    System.exit(0);
  }

  private void run(int port, int rounds) throws Exception {
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
      Way service = service(ProviderServiceGrpc.newStub(server.channel(List.of())));
      Way bare = bare(port);
      List<Costs> ofService = new ArrayList<>();
      List<Costs> ofBare = new ArrayList<>();
      for (int round = 0; round <= rounds; round++) {
        String name = round == 0 ? "warm-up" : "round " + round;
        Costs alone = costs(name + " bare", bare);
        Costs with = costs(name, service);
        if (round > 0) {
          ofBare.add(alone);
          ofService.add(with);
        }
      }
      tell("a request", Costs::whole, ofService, ofBare);
      tell("an event of a burst", Costs::burstEvent, ofService, ofBare);
      tell("a paced event", Costs::pacedEvent, ofService, ofBare);
    }
  }

  private static void tell(
      String what, ToDoubleFunction<Costs> cost, List<Costs> service, List<Costs> bare) {
    double[] added =
        IntStream.range(0, service.size())
            .mapToDouble(i -> cost.applyAsDouble(service.get(i)) - cost.applyAsDouble(bare.get(i)))
            .toArray();
    System.out.printf(
        Locale.ROOT,
        "medians, %s: %.2f us, bare client %.2f us, added %.2f us%n",
        what,
        median(service.stream().mapToDouble(cost).toArray()),
        median(bare.stream().mapToDouble(cost).toArray()),
        median(added));
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }

  private static Way service(ProviderServiceGrpc.ProviderServiceStub stub) {
    Map<String, GenerationCall> asked =
        Map.of("whole", call("whole"), "burst", call("burst"), "paced", call("paced"));
    return (model, reading) -> {
      GenerationCall call = asked.get(model);
      if (model.equals("whole")) {
        stub.generate(
            ProviderServiceGenerateRequest.newBuilder().setCall(call).build(),
            new Hearing<ProviderServiceGenerateResponse>(reading) {
              @Override
              public void onNext(ProviderServiceGenerateResponse message) {
                reading.data(() -> message.getRaw().getBody().toStringUtf8());
              }
            });
      } else {
        stub.streamGenerate(
            ProviderServiceStreamGenerateRequest.newBuilder().setCall(call).build(),
            new Hearing<ProviderServiceStreamGenerateResponse>(reading) {
              @Override
              public void onNext(ProviderServiceStreamGenerateResponse message) {
                if (message.hasEvents()) {
                  reading.data(() -> message.getEvents().getSse().toStringUtf8());
                }
              }
            });
      }
    };
  }

  /** A call of the service. */
  private abstract static class Hearing<T> implements StreamObserver<T> {
    private final Reading reading;

    Hearing(Reading reading) {
      this.reading = reading;
    }

    @Override
    public void onError(Throwable error) {
      reading.failed(error);
    }

    @Override
    public void onCompleted() {
      reading.end();
    }
  }

  private static Way bare(int port) {
    WebClient client =
        WebClient.builder("h1c://127.0.0.1:" + port)
            .responseTimeoutMillis(0)
            .maxResponseLength(0)
            .build();
    RequestHeaders headers =
        RequestHeaders.builder(HttpMethod.POST, PATH)
            .contentType(MediaType.JSON)
            .set(HttpHeaderNames.AUTHORIZATION, "Bearer k")
            .build();
    Map<String, HttpData> bodies =
        Map.of(
            "whole", HttpData.ofUtf8(json("whole")),
            "burst", HttpData.ofUtf8(json("burst")),
            "paced", HttpData.ofUtf8(json("paced")));
    return (model, reading) ->
        client
            .execute(HttpRequest.of(headers, bodies.get(model)))
            .subscribe(
                new Subscriber<>() {
                  @Override
                  public void onSubscribe(Subscription subscription) {
                    subscription.request(Long.MAX_VALUE);
                  }

                  @Override
                  public void onNext(HttpObject object) {
                    if (object instanceof HttpData data && !data.isEmpty()) {
                      reading.data(data::toStringUtf8);
                    }
                  }

                  @Override
                  public void onError(Throwable error) {
                    reading.failed(error);
                  }

                  @Override
                  public void onComplete() {
                    reading.end();
                  }
                });
  }

  private static double cpu() {
    return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
            .getProcessCpuTime()
        / 1e3;
  }

  private Costs costs(String name, Way way) throws InterruptedException {
    double whole = micros(way, "whole", calls);
    double burst = micros(way, "burst", calls / 20);
    List<Frames> streams = new ArrayList<>();
    double before = cpu();
    for (int i = 0; i < STREAMS; i++) {
      Frames frames = new Frames();
      streams.add(frames);
      way.ask("paced", frames);
    }
    streams.forEach(frames -> frames.ended.join());
    Costs costs =
        new Costs(whole, (burst - whole) / BURST_EVENTS, (cpu() - before) / STREAMS / FRAMES);
    int lost = streams.stream().mapToInt(Frames::lost).sum();
    long gap = streams.stream().mapToLong(frames -> frames.longestGapNanos).max().orElse(0);
    System.out.printf(
        Locale.ROOT,
        "%s: %.1f us a request, %.2f us an event of a burst, %.1f us a paced event, lost %d, "
            + "longest gap %.0f ms%n",
        name,
        costs.whole(),
        costs.burstEvent(),
        costs.pacedEvent(),
        lost,
        gap / 1e6);
    return costs;
  }

  /** Microseconds a call. */
  private double micros(Way way, String model, int count) throws InterruptedException {
    Semaphore places = new Semaphore(underWay);
    Reading ending =
        new Reading() {
          @Override
          public void data(Supplier<String> text) {
            // Only its cost counts.
          }

          @Override
          public void end() {
            places.release();
          }
        };
    double before = cpu();
    for (int i = 0; i < count; i++) {
      places.acquire();
      way.ask(model, ending);
    }
    places.acquire(underWay);
    return (cpu() - before) / count;
  }

  private static String json(String model) {
    return head(model)
        + "\"messages\":[{\"role\":\"user\",\"content\":\""
        + "Some words of a question. ".repeat(75)
        + "\"}]}";
  }

  private static String head(String model) {
    return "{\"model\":\"" + model + "\",";
  }

  private static GenerationCall call(String model) {
    String head = head(model);
    String json = json(model);
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

  /** One stream: that every frame comes, in order, and when. */
  private static final class Frames implements Reading {
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private final StringBuilder text = new StringBuilder();
    private long last;
    private long longestGapNanos;

    @Override
    public void data(Supplier<String> words) {
      long now = System.nanoTime();
      longestGapNanos = last == 0 ? 0 : Math.max(longestGapNanos, now - last);
      last = now;
      text.append(words.get());
    }

    @Override
    public void end() {
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
