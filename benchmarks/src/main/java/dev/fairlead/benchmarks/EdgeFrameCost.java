package dev.fairlead.benchmarks;

import com.google.protobuf.ByteString;
import com.linecorp.armeria.client.ClientFactory;
import com.linecorp.armeria.client.WebClient;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpResponseWriter;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.RequestContext;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.server.Server;
import com.linecorp.armeria.server.ServiceRequestContext;
import com.sun.management.OperatingSystemMXBean;
import dev.fairlead.common.config.ConfigSource;
import dev.fairlead.common.rpc.LocalServer;
import dev.fairlead.gateway.GatewayNode;
import dev.fairlead.provider.ProviderNode;
import dev.fairlead.telemetry.Telemetry;
import dev.fairlead.telemetry.TelemetrySettings;
import dev.fairlead.v1.Attempt;
import dev.fairlead.v1.AttemptResult;
import dev.fairlead.v1.AttemptStarted;
import dev.fairlead.v1.Dialect;
import dev.fairlead.v1.FinishReason;
import dev.fairlead.v1.GenerationCompleted;
import dev.fairlead.v1.ProviderServiceGrpc;
import dev.fairlead.v1.ProviderServiceStreamGenerateRequest;
import dev.fairlead.v1.ProviderServiceStreamGenerateResponse;
import dev.fairlead.v1.RawEvents;
import dev.fairlead.v1.Usage;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.netty.channel.EventLoop;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Processor time of a streamed frame at the edge alone: a whole gateway whose provider service is a
 * script that tells frames at a cadence on the request's event loop, so that no vendor is read; and
 * in turns a server of Armeria's that writes the same frames at the same cadence without anything
 * between. The reading clients are a process of their own, which is not counted. Counted is
 * everything else: timers, pipeline, HTTP, the kernel's work for the sockets, garbage collection
 * and compilation. The requests themselves are taken out by a run with one frame each.
 *
 * <p>Arguments: streams (256), frames of each (250), milliseconds between two (20), rounds (5).
 * With a cadence of 0 each stream's frames come one after the other without a pause.
 */
public final class EdgeFrameCost {

  private final int streams;
  private final int frames;
  private final long cadenceMillis;

  private EdgeFrameCost(int streams, int frames, long cadenceMillis) {
    this.streams = streams;
    this.frames = frames;
    this.cadenceMillis = cadenceMillis;
  }

  /** Runs and prints; with {@code client} as its argument it is the clients. */
  public static void main(String[] args) throws Exception {
    if (args.length == 1 && args[0].equals("client")) {
      new Clients().obey();
      return;
    }
    int streams = args.length > 0 ? Integer.parseInt(args[0]) : 256;
    int frames = args.length > 1 ? Integer.parseInt(args[1]) : 250;
    int cadence = args.length > 2 ? Integer.parseInt(args[2]) : 20;
    int rounds = args.length > 3 ? Integer.parseInt(args[3]) : 5;
    Process clients = ChildProcess.start(EdgeFrameCost.class, "client");
    try (BufferedReader told =
            new BufferedReader(
                new InputStreamReader(clients.getInputStream(), StandardCharsets.UTF_8));
        PrintStream orders =
            new PrintStream(clients.getOutputStream(), true, StandardCharsets.UTF_8)) {
      new EdgeFrameCost(streams, frames, cadence).run(rounds, orders, told);
    } finally {
      clients.destroy();
      clients.waitFor();
    }
    System.exit(0);
  }

  private void run(int rounds, PrintStream orders, BufferedReader told) throws Exception {
    ConfigSource config =
        ConfigSource.parse(
            "edge",
            """
            server: { port: 0, grpc_port: -1 }
            ledger: { enabled: false }
            providers: { lab: { kind: openai, base_url: "http://127.0.0.1:9/v1" } }
            models:
              - { id: m, provider: lab, upstream: m, tier: cheap, price: { input: 1, output: 1 } }
            """,
            Map.of());
    Server bare =
        Server.builder()
            .http(0)
            .requestTimeoutMillis(0)
            .service(
                StreamReader.PATH,
                (context, request) ->
                    HttpResponse.of(
                        request
                            .aggregate()
                            .thenApply(asked -> bare(context, wanted(asked.contentUtf8())))))
            .build();
    bare.start().join();
    try (Telemetry telemetry =
            Telemetry.start("edge", config.section("telemetry", TelemetrySettings.class));
        ProviderNode provider =
            ProviderNode.start(config, telemetry.registry(), telemetry.tracer());
        LocalServer script =
            LocalServer.of(
                provider.services(), List.of(telemetry.serverInterceptor(), new Script()));
        LocalServer nobody = LocalServer.of(List.of(), List.of());
        GatewayNode gateway =
            GatewayNode.start(
                config,
                telemetry,
                new GatewayNode.Backends(
                    nobody.channel(List.of()),
                    nobody.channel(List.of()),
                    script.channel(List.of())),
                true)) {
      for (int round = 0; round <= rounds; round++) {
        String name = round == 0 ? "warm-up" : "round " + round;
        double alone = microsAFrame(name + " bare", bare.activeLocalPort(), orders, told);
        double edge = microsAFrame(name + " edge", gateway.httpPort(), orders, told);
        System.out.printf(
            Locale.ROOT,
            "%s: %.2f us a frame, bare server %.2f us, added %.2f us, ratio %.2f%n",
            name,
            edge,
            alone,
            edge - alone,
            edge / alone);
      }
    } finally {
      bare.stop().join();
    }
  }

  private double microsAFrame(String name, int port, PrintStream orders, BufferedReader told)
      throws Exception {
    double requests = micros(name + ", one frame", port, 1, orders, told);
    double all = micros(name, port, frames, orders, told);
    return (all - requests) / streams / (frames - 1);
  }

  private double micros(String name, int port, int each, PrintStream orders, BufferedReader told)
      throws Exception {
    OperatingSystemMXBean system =
        (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    long before = system.getProcessCpuTime();
    orders.println(port + " " + streams + " " + each);
    String answer = told.readLine();
    long cpu = system.getProcessCpuTime() - before;
    if (answer == null || !answer.startsWith("lost 0,")) {
      throw new IllegalStateException(name + ": " + answer);
    }
    System.out.println("  " + name + ": " + answer);
    return cpu / 1e3;
  }

  /** How many frames the request wants: it says so in its question. */
  private static int wanted(String body) {
    int at = body.indexOf("frames=") + "frames=".length();
    int end = at;
    while (Character.isDigit(body.charAt(end))) {
      end++;
    }
    return Integer.parseInt(body.substring(at, end));
  }

  private HttpResponse bare(ServiceRequestContext context, int count) {
    HttpResponseWriter writer = HttpResponse.streaming();
    writer.write(
        ResponseHeaders.of(HttpStatus.OK, HttpHeaderNames.CONTENT_TYPE, "text/event-stream"));
    inTurns(
        context.eventLoop(),
        0,
        number -> {
          if (number < count) {
            writer.write(HttpData.ofUtf8(StreamReader.frame(number, number == count - 1)));
            return true;
          }
          writer.write(HttpData.ofUtf8("data: [DONE]\n\n"));
          writer.close();
          return false;
        });
    return writer;
  }

  /** One of a stream's turns; whether another one follows. */
  private interface Turn {
    boolean take(int number);
  }

  private void inTurns(EventLoop loop, int number, Turn turn) {
    if (!turn.take(number)) {
      return;
    }
    if (cadenceMillis == 0) {
      loop.execute(() -> inTurns(loop, number + 1, turn));
    } else {
      loop.schedule(() -> inTurns(loop, number + 1, turn), cadenceMillis, TimeUnit.MILLISECONDS);
    }
  }

  /** Tells frames instead of asking a vendor; other methods go on to the real service. */
  private final class Script implements ServerInterceptor {

    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
      if (!call.getMethodDescriptor()
          .getFullMethodName()
          .equals(ProviderServiceGrpc.getStreamGenerateMethod().getFullMethodName())) {
        return next.startCall(call, headers);
      }
      call.request(2);
      return new ServerCall.Listener<>() {
        private int count;

        @Override
        public void onMessage(Q message) {
          count =
              wanted(
                  ((ProviderServiceStreamGenerateRequest) message)
                      .getCall()
                      .getRaw()
                      .getBody()
                      .toStringUtf8());
        }

        @Override
        public void onHalfClose() {
          tell(call, count);
        }
      };
    }

    @SuppressWarnings("unchecked")
    private <R> void tell(ServerCall<?, R> call, int count) {
      EventLoop loop = RequestContext.<RequestContext>current().eventLoop().withoutContext();
      call.sendHeaders(new Metadata());
      call.sendMessage((R) started());
      inTurns(
          loop,
          0,
          number -> {
            if (number < count) {
              call.sendMessage((R) events(StreamReader.frame(number, number == count - 1)));
              return true;
            }
            call.sendMessage((R) ended());
            call.sendMessage((R) completed(count));
            call.close(Status.OK, new Metadata());
            return false;
          });
    }

    private static ProviderServiceStreamGenerateResponse started() {
      return ProviderServiceStreamGenerateResponse.newBuilder()
          .setAttemptStarted(
              AttemptStarted.newBuilder().setNumber(1).setModelId("m").setProvider("lab"))
          .build();
    }

    private static ProviderServiceStreamGenerateResponse events(String frame) {
      return ProviderServiceStreamGenerateResponse.newBuilder()
          .setEvents(
              RawEvents.newBuilder()
                  .setDialect(Dialect.DIALECT_OPENAI_CHAT)
                  .setSse(ByteString.copyFromUtf8(frame))
                  .setKind(RawEvents.Kind.KIND_CONTENT)
                  .setContentEvents(1))
          .build();
    }

    private static Attempt attempt() {
      return Attempt.newBuilder()
          .setModelId("m")
          .setProvider("lab")
          .setResult(AttemptResult.ATTEMPT_RESULT_SUCCESS)
          .build();
    }

    private static ProviderServiceStreamGenerateResponse ended() {
      return ProviderServiceStreamGenerateResponse.newBuilder().setAttemptEnded(attempt()).build();
    }

    private static ProviderServiceStreamGenerateResponse completed(int count) {
      return ProviderServiceStreamGenerateResponse.newBuilder()
          .setCompleted(
              GenerationCompleted.newBuilder()
                  .setModelId("m")
                  .setProvider("lab")
                  .setUsage(Usage.newBuilder().setPromptTokens(10).setCompletionTokens(count))
                  .setFinishReason(FinishReason.FINISH_REASON_STOP)
                  .addAttempts(attempt()))
          .build();
    }
  }

  /** Reads streams when it is told to, one line an order: port, streams, frames. */
  private static final class Clients {

    private final ClientFactory factory =
        ClientFactory.builder().idleTimeoutMillis(0).maxNumEventLoopsPerEndpoint(2).build();

    void obey() throws Exception {
      BufferedReader orders =
          new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
      for (String order = orders.readLine(); order != null; order = orders.readLine()) {
        String[] words = order.split(" ", -1);
        int frames = Integer.parseInt(words[2]);
        System.out.println(read(Integer.parseInt(words[0]), Integer.parseInt(words[1]), frames));
      }
    }

    private String read(int port, int streams, int frames) {
      WebClient client =
          WebClient.builder("h1c://127.0.0.1:" + port)
              .factory(factory)
              .responseTimeoutMillis(0)
              .maxResponseLength(0)
              .build();
      List<StreamReader> readers = new ArrayList<>();
      for (int i = 0; i < streams; i++) {
        readers.add(StreamReader.ask(client, "p" + i + " frames=" + frames));
      }
      readers.forEach(StreamReader::join);
      int lost = readers.stream().mapToInt(reader -> reader.lost(frames)).sum();
      long gap = readers.stream().mapToLong(StreamReader::longestGapNanos).max().orElse(0);
      return String.format(Locale.ROOT, "lost %d, longest gap %.0f ms", lost, gap / 1e6);
    }
  }
}
