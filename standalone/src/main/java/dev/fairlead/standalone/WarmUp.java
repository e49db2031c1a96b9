package dev.fairlead.standalone;

import dev.fairlead.common.config.ConfigSource;
import dev.fairlead.telemetry.LogLevel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the virtual machine load and compile what a request needs before the first one comes: a
 * gateway of its own, with mock models that answer at once, nothing on disk that stays, no trace
 * export and ports of its own, answers made-up requests of every common kind for a while and is
 * then closed. Nothing of it is in the real gateway's cache, metrics or ledger. Without it the
 * first requests of a cold process that gets 200 a second wait for seconds (demo/README.md).
 */
final class WarmUp {

  private static final Logger logger = LoggerFactory.getLogger(WarmUp.class);

  /** More than processors, as each of them waits while its request is worked on. */
  private static final int CALLERS = 16;

  /** How often the rate is looked at. */
  private static final Duration SLICE = Duration.ofMillis(500);

  private static final Map<String, String> QUIET = Map.of("LOG_LEVEL", "ERROR");

  /** The models behind {@code loop} are the mock's, called through the gateway's own port. */
  private static final String CONFIG =
      """
      server: { bind: "127.0.0.1", port: %1$d, grpc_port: -1, data_dir: "%2$s" }
      providers:
        warm: { kind: mock, mean_latency_ms: 0, p95_latency_ms: 0, error_rate: 0 }
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

  private final Path folder;
  private final long end;
  private final AtomicInteger sent = new AtomicInteger();
  private final AtomicInteger answered = new AtomicInteger();
  private final Plateau plateau = new Plateau();
  private volatile boolean enough;

  private WarmUp(Path folder, long end) {
    this.folder = folder;
    this.end = end;
  }

  private record Kind(String path, String body) {

    boolean ask(WarmUpCaller caller, int number) throws IOException {
      // Every fifth request repeats the one before of its kind, which is then a hit.
      int prompt = number % 5 == 4 ? number - KINDS.size() : number;
      String text = "Warm-up " + prompt + ": name " + prompt % 17 + " capitals and explain why.";
      // Every second one is only routed and passed on, as a load generator's are.
      return caller.post(path, body.formatted(text), number / KINDS.size() % 2 == 0);
    }
  }

  /**
   * Runs for at most {@code time}, its own gateway's start included, and ends before when answers
   * no longer come faster; one request of each kind is made in any case. Blocks; what it started is
   * closed in the background. What goes wrong is logged and leaves the process colder, nothing
   * else.
   *
   * @param folder where its own gateway may keep data until it is closed
   * @return answers that were as expected
   */
  static int run(Duration time, Path folder) {
    if (time.isZero()) {
      return 0;
    }
    long start = System.nanoTime();
    WarmUp warmUp = new WarmUp(folder, start + time.toNanos());
    String level = LogLevel.current();
    try {
      warmUp.exercise();
    } catch (IOException | RuntimeException e) {
      logger.error("the warm-up failed; the first requests will be slower", e);
    } finally {
      LogLevel.change(level);
    }
    logger.info(
        "warmed up with {} requests in {} ms, at the end {} a second",
        warmUp.answered,
        TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start),
        warmUp.plateau.perSecond(SLICE));
    return warmUp.answered.get();
  }

  private void exercise() throws IOException {
    ScratchFolder scratch = ScratchFolder.in(folder, "fairlead-warm-up");
    Standalone gateway =
        Standalone.start(
            ConfigSource.parse("warm-up", CONFIG.formatted(freePort(), scratch.path()), QUIET));
    try {
      callAll(gateway.httpPort());
    } finally {
      closeBehind(gateway, scratch);
    }
  }

  /** A server waits two seconds for late requests when it stops; nobody has to wait with it. */
  private static void closeBehind(Standalone gateway, ScratchFolder scratch) {
    Thread.ofPlatform()
        .name("warm-up-close")
        .start(() -> {
          gateway.close();
          scratch.close();
        });
  }

  private void callAll(int port) {
    try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> running = new ArrayList<>();
      for (int i = 0; i < CALLERS; i++) {
        running.add(callers.submit(() -> call(port)));
      }
      watch();
      for (Future<?> caller : running) {
        caller.get();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    }
  }

  private void watch() throws InterruptedException {
    int before = 0;
    while (!enough && timeLeft() > 0) {
      Thread.sleep(Duration.ofNanos(Math.min(SLICE.toNanos(), timeLeft())));
      int now = answered.get();
      enough = plateau.reachedWith(now - before);
      before = now;
    }
    enough = true;
  }

  private long timeLeft() {
    return Math.max(0, end - System.nanoTime());
  }

  private Void call(int port) throws IOException {
    try (WarmUpCaller caller = new WarmUpCaller(port)) {
      while (!enough || sent.get() < KINDS.size()) {
        int number = sent.getAndIncrement();
        if (KINDS.get(number % KINDS.size()).ask(caller, number)) {
          answered.incrementAndGet();
        }
      }
      return null;
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
