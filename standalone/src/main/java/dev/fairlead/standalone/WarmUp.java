package dev.fairlead.standalone;

import com.linecorp.armeria.client.BlockingWebClient;
import com.linecorp.armeria.client.ClientFactory;
import com.linecorp.armeria.client.WebClient;
import com.linecorp.armeria.common.AggregatedHttpResponse;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.MediaType;
import dev.fairlead.common.config.ConfigSource;
import dev.fairlead.telemetry.LogLevel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the virtual machine load and compile what a request needs before the first one comes: a
 * gateway of its own, with mock models, nothing on disk that stays, no trace export and ports of
 * its own, answers made-up requests of every common kind for a while and is then closed. Nothing of
 * it is in the real gateway's cache, metrics or ledger. Without it the first requests of a cold
 * process that gets 200 a second wait for seconds (demo/README.md).
 */
final class WarmUp {

  private static final Logger logger = LoggerFactory.getLogger(WarmUp.class);

  private static final int CALLERS = 4;

  private static final Map<String, String> QUIET = Map.of("LOG_LEVEL", "ERROR");

  /** The models behind {@code loop} are the mock's, called through the gateway's own port. */
  private static final String CONFIG =
      """
      server: { bind: "127.0.0.1", port: %1$d, grpc_port: -1, data_dir: "%2$s" }
      providers:
        warm: { kind: mock, mean_latency_ms: 1, p95_latency_ms: 2, error_rate: 0 }
        loop: { kind: openai, base_url: "http://127.0.0.1:%1$d/v1" }
      models:
        - { id: warm-cheap, provider: warm, upstream: warm-cheap, tier: cheap, context_window: 128000,
            price: { input: 0.1, output: 0.2 }, capabilities: [tools, vision, json_schema] }
        - { id: warm-quality, provider: warm, upstream: warm-quality, tier: quality, context_window: 128000,
            price: { input: 1, output: 2 }, capabilities: [tools, vision, json_schema] }
        - { id: warm-loop, provider: loop, upstream: warm-cheap, tier: standard, context_window: 128000,
            price: { input: 0.5, output: 1 }, capabilities: [tools, vision, json_schema] }
      """;

  private static final List<Kind> KINDS =
      List.of(
          new Kind(
              "/v1/chat/completions",
              "{\"model\":\"auto\",\"messages\":[{\"role\":\"user\",\"content\":\"%s\"}]}"),
          new Kind(
              "/v1/chat/completions",
              "{\"model\":\"warm-loop\",\"messages\":[{\"role\":\"user\",\"content\":\"%s\"}]}"),
          new Kind(
              "/v1/chat/completions",
              "{\"model\":\"warm-loop\",\"stream\":true,\"stream_options\":{\"include_usage\":true},"
                  + "\"messages\":[{\"role\":\"user\",\"content\":\"%s\"}]}"),
          new Kind(
              "/v1/messages",
              "{\"model\":\"auto\",\"max_tokens\":64,\"messages\":[{\"role\":\"user\",\"content\":\"%s\"}]}"),
          new Kind(
              "/v1/messages",
              "{\"model\":\"warm-cheap\",\"stream\":true,\"max_tokens\":64,"
                  + "\"messages\":[{\"role\":\"user\",\"content\":\"%s\"}]}"),
          new Kind("/v1/infer", "{\"prompt\":\"%s\",\"max_tokens\":64}"));

  private final Duration time;
  private final AtomicInteger sent = new AtomicInteger();
  private final AtomicInteger answered = new AtomicInteger();

  private WarmUp(Duration time) {
    this.time = time;
  }

  private record Kind(String path, String body) {

    HttpRequest request(int number) {
      // Every fifth request repeats the one before, which is then a hit.
      int prompt = number % 5 == 4 ? number - KINDS.size() : number;
      String text = "Warm-up " + prompt + ": name " + prompt % 17 + " capitals and explain why.";
      return HttpRequest.of(
          HttpMethod.POST, path, MediaType.JSON, HttpData.ofUtf8(body.formatted(text)));
    }
  }

  /**
   * Runs for {@code time}, or until there was one request of each kind, and a second or two of
   * starting and closing; blocks. What goes wrong is logged and leaves the process colder, nothing
   * else.
   *
   * @return answers that were as expected
   */
  static int run(Duration time) {
    if (time.isZero()) {
      return 0;
    }
    WarmUp warmUp = new WarmUp(time);
    String level = LogLevel.current();
    try {
      warmUp.exercise();
    } catch (IOException | RuntimeException e) {
      logger.error("the warm-up failed; the first requests will be slower", e);
    } finally {
      LogLevel.change(level);
    }
    logger.info("warmed up with {} requests", warmUp.answered);
    return warmUp.answered.get();
  }

  private void exercise() throws IOException {
    Path scratch = Files.createTempDirectory("fairlead-warm-up");
    try (Standalone gateway =
        Standalone.start(
            ConfigSource.parse("warm-up", CONFIG.formatted(freePort(), scratch), QUIET))) {
      callUntil(System.nanoTime() + time.toNanos(), gateway.httpPort());
    } finally {
      delete(scratch);
    }
  }

  private void callUntil(long end, int port) {
    try (ClientFactory connections = ClientFactory.builder().build();
        ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      BlockingWebClient client =
          WebClient.builder("http://127.0.0.1:" + port).factory(connections).build().blocking();
      List<Future<?>> running = new ArrayList<>();
      for (int i = 0; i < CALLERS; i++) {
        running.add(callers.submit(() -> call(client, end)));
      }
      for (Future<?> caller : running) {
        caller.get();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    }
  }

  private void call(BlockingWebClient client, long end) {
    while (System.nanoTime() < end || sent.get() < KINDS.size()) {
      int number = sent.getAndIncrement();
      AggregatedHttpResponse answer =
          client.execute(KINDS.get(number % KINDS.size()).request(number));
      if (answer.status().isSuccess()) {
        answered.incrementAndGet();
      }
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
