package dev.fairlead.benchmarks;

import com.linecorp.armeria.client.ClientFactory;
import com.linecorp.armeria.client.WebClient;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpResponseWriter;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.server.Server;
import com.linecorp.armeria.server.ServiceRequestContext;
import com.sun.management.OperatingSystemMXBean;
import dev.fairlead.common.config.ConfigSource;
import dev.fairlead.standalone.Standalone;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
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
            .service(StreamReader.PATH, (c, r) -> load.tell(c))
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
    writer.write(HttpData.ofUtf8(StreamReader.frame(number, number == frames - 1)));
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
      List<StreamReader> readers = new ArrayList<>();
      for (int i = 0; i < streams; i++) {
        readers.add(StreamReader.ask(client, "p" + i));
      }
      readers.forEach(StreamReader::join);
      return Result.of(readers, frames, system.getProcessCpuTime() - cpu);
    }
  }

  private record Result(
      int lost, double firstP50Millis, double firstP99Millis, double gapMillis, long cpuNanos) {

    static Result of(List<StreamReader> readers, int frames, long cpuNanos) {
      long[] first = readers.stream().mapToLong(StreamReader::firstNanos).sorted().toArray();
      long gap = readers.stream().mapToLong(StreamReader::longestGapNanos).max().orElse(0);
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
