package dev.fairlead.benchmarks;

import com.linecorp.armeria.client.ClientFactory;
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
import dev.fairlead.standalone.Standalone;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Many streams at a steady cadence, straight to an upstream and through Fairlead in front of it, in
 * turns in one process: frames lost, the longest gap between two frames of a stream, time to the
 * first frame, and processor time of the whole process. The difference of the two processor times
 * over the frames is what a frame costs on its way through gateway and provider service.
 *
 * <p>Arguments: streams (256), frames of each (200), milliseconds between two (20), rounds (3).
 */
public final class StreamLoad {

  private static final String PATH = "/v1/chat/completions";

  private final int frames;
  private final long cadenceMillis;

  private StreamLoad(int frames, long cadenceMillis) {
    this.frames = frames;
    this.cadenceMillis = cadenceMillis;
  }

  /** Runs and prints. */
  public static void main(String[] args) throws Exception {
    int streams = args.length > 0 ? Integer.parseInt(args[0]) : 256;
    int frames = args.length > 1 ? Integer.parseInt(args[1]) : 200;
    int cadence = args.length > 2 ? Integer.parseInt(args[2]) : 20;
    int rounds = args.length > 3 ? Integer.parseInt(args[3]) : 3;
    StreamLoad load = new StreamLoad(frames, cadence);
    Server upstream =
        Server.builder()
            .http(0)
            .requestTimeoutMillis(0)
            .service(PATH, (c, r) -> load.tell(c))
            .build();
    upstream.start().join();
    ConfigSource config =
        ConfigSource.parse(
            "load",
            """
            server: { port: 0, grpc_port: -1 }
            cache: { semantic: false }
            providers: { lab: { kind: openai, base_url: "http://127.0.0.1:%d/v1" } }
            provider: { limits: { concurrency: 2000 } }
            models:
              - { id: m, provider: lab, upstream: m, tier: cheap, price: { input: 1, output: 1 } }
            """
                .formatted(upstream.activeLocalPort()),
            Map.of());
    try (Standalone fairlead = Standalone.start(config)) {
      while (!fairlead.ready()) {
        TimeUnit.MILLISECONDS.sleep(50);
      }
      for (int round = 0; round <= rounds; round++) {
        Result direct = load.run(upstream.activeLocalPort(), streams);
        Result through = load.run(fairlead.httpPort(), streams);
        String name = round == 0 ? "warm-up" : "round " + round;
        System.out.println(name + " direct  " + direct);
        System.out.println(name + " through " + through);
        double added = (through.cpuNanos - direct.cpuNanos) / 1e3 / ((double) streams * frames);
        System.out.printf(Locale.ROOT, "%s added CPU a frame: %.1f us%n", name, added);
      }
    } finally {
      upstream.stop().join();
    }
    System.exit(0);
  }

  /** Numbered frames at the cadence. */
  private HttpResponse tell(ServiceRequestContext context) {
    HttpResponseWriter writer = HttpResponse.streaming();
    writer.write(
        ResponseHeaders.of(HttpStatus.OK, HttpHeaderNames.CONTENT_TYPE, "text/event-stream"));
    tellNext(context, writer, 0);
    return writer;
  }

  private void tellNext(ServiceRequestContext context, HttpResponseWriter writer, int number) {
    if (number == frames) {
      writer.write(HttpData.ofUtf8("data: [DONE]\n\n"));
      writer.close();
      return;
    }
    String finish = number == frames - 1 ? "\"stop\"" : "null";
    writer.write(
        HttpData.ofUtf8(
            "data:"
                + " {\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"m\","
                + "\"choices\":[{\"index\":0,\"delta\":{\"content\":\"n"
                + number
                + " \"},\"finish_reason\":"
                + finish
                + "}]}\n\n"));
    context
        .eventLoop()
        .schedule(
            () -> tellNext(context, writer, number + 1), cadenceMillis, TimeUnit.MILLISECONDS);
  }

  private Result run(int port, int streams) {
    try (ClientFactory factory =
        ClientFactory.builder().useHttp2Preface(true).idleTimeoutMillis(0).build()) {
      WebClient client =
          WebClient.builder("h1c://127.0.0.1:" + port)
              .factory(factory)
              .responseTimeoutMillis(0)
              .maxResponseLength(0)
              .build();
      OperatingSystemMXBean system =
          (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
      long cpu = system.getProcessCpuTime();
      List<Reader> readers = new ArrayList<>();
      for (int i = 0; i < streams; i++) {
        readers.add(ask(client, i));
      }
      readers.forEach(reader -> reader.ended.join());
      return Result.of(readers, frames, system.getProcessCpuTime() - cpu);
    }
  }

  private static Reader ask(WebClient client, int number) {
    String body =
        "{\"model\":\"m\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"p"
            + number
            + "\"}]}";
    RequestHeaders headers =
        RequestHeaders.builder(HttpMethod.POST, PATH)
            .contentType(MediaType.JSON)
            .set("cache-control", "no-store")
            .build();
    Reader reader = new Reader();
    client.execute(HttpRequest.of(headers, HttpData.ofUtf8(body))).subscribe(reader);
    return reader;
  }

  /** Counts the frames of one stream and the gaps between them. */
  private static final class Reader implements org.reactivestreams.Subscriber<HttpObject> {
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private final long start = System.nanoTime();
    private final StringBuilder text = new StringBuilder();
    private long firstNanos;
    private long lastNanos;
    private long longestGapNanos;

    @Override
    public void onSubscribe(org.reactivestreams.Subscription subscription) {
      subscription.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(HttpObject object) {
      if (object instanceof HttpData data && !data.isEmpty()) {
        long now = System.nanoTime();
        if (firstNanos == 0) {
          firstNanos = now - start;
        } else {
          longestGapNanos = Math.max(longestGapNanos, now - lastNanos);
        }
        lastNanos = now;
        text.append(data.toString(StandardCharsets.UTF_8));
      }
    }

    @Override
    public void onError(Throwable error) {
      text.append(error);
      ended.complete(null);
    }

    @Override
    public void onComplete() {
      ended.complete(null);
    }

    /** Frames that did not come where they should have. */
    int lost(int frames) {
      int lost = 0;
      int from = 0;
      for (int i = 0; i < frames; i++) {
        int at = text.indexOf("\"n" + i + " \"", from);
        if (at < 0) {
          lost++;
        } else {
          from = at;
        }
      }
      return text.indexOf("[DONE]", from) < 0 ? lost + 1 : lost;
    }
  }

  private record Result(
      int lost, double firstP50Millis, double firstP99Millis, double gapMillis, long cpuNanos) {

    static Result of(List<Reader> readers, int frames, long cpuNanos) {
      long[] first = readers.stream().mapToLong(reader -> reader.firstNanos).sorted().toArray();
      long gap = readers.stream().mapToLong(reader -> reader.longestGapNanos).max().orElse(0);
      return new Result(
          readers.stream().mapToInt(reader -> reader.lost(frames)).sum(),
          first[first.length / 2] / 1e6,
          Arrays.stream(first).skip((long) (first.length * 0.99)).findFirst().orElse(0) / 1e6,
          gap / 1e6,
          cpuNanos);
    }

    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "lost %d, first frame p50 %.1f ms p99 %.1f ms, longest gap %.0f ms, CPU %.2f s",
          lost,
          firstP50Millis,
          firstP99Millis,
          gapMillis,
          cpuNanos / 1e9);
    }
  }
}
