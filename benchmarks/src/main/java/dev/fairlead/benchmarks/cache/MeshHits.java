package dev.fairlead.benchmarks.cache;

import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.server.Server;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/**
 * Exact hits through a mesh: gateway, cache, scorer and provider service each in a process of its
 * own, and a Redis. One connection, one request after the other; compared with the time of a {@code
 * GET} of 1 KB from that Redis over one connection. First with answers read from Redis every time,
 * then with those that the cache service has in its process.
 *
 * <p>Arguments: URL of a Redis without password ({@code redis://host:port}) that nobody else uses,
 * hits of each kind, and which {@code near_ttl} to measure (otherwise {@code 1ms} and {@code 10m}).
 */
public final class MeshHits implements AutoCloseable {

  /** Asked in turns, so that an entry has left the near cache when it is asked for again. */
  private static final int PROMPTS = 200;

  private static final List<String> SERVICES = List.of("scorer", "cache", "provider", "gateway");

  /** With a fifth of these the compiler is still at work: hits then take three times as long. */
  private static final int WARM_UP = 50_000;

  /** The launcher's, with a heap that four of them can have. */
  private static final List<String> FLAGS =
      List.of(
          "-Xmx256m",
          "--enable-native-access=ALL-UNNAMED",
          "--sun-misc-unsafe-memory-access=allow",
          "-XX:+UseCompactObjectHeaders",
          "-XX:+UseTransparentHugePages",
          "-Dio.netty.allocator.type=pooled",
          "-Dio.netty.leakDetection.level=disabled");

  private static final Pattern CALLS = Pattern.compile("calls=([0-9]+)");
  private static final String ANSWER =
      "{\"id\":\"c\",\"object\":\"chat.completion\",\"created\":1,\"model\":\"m\",\"choices\":[{\"index\":0,"
          + "\"message\":{\"role\":\"assistant\",\"content\":\"%s\"},\"finish_reason\":\"stop\"}],"
          + "\"usage\":{\"prompt_tokens\":10,\"completion_tokens\":10,\"total_tokens\":20}}";

  private final Path folder = Files.createTempDirectory("mesh-hits");
  private final List<Process> processes = new ArrayList<>();
  private final Server upstream;
  private final int gatewayPort = freePort();
  private final URI redis;

  /** Requests for which the cache was too late: the machine is too busy. */
  private int late;

  private double commands;
  private String processorTime = "";

  private MeshHits(String redis, String nearTtl) throws Exception {
    this.redis = URI.create(redis);
    upstream =
        Server.builder()
            .http(0)
            .service(
                "/v1/chat/completions",
                (context, request) ->
                    HttpResponse.of(
                        HttpStatus.OK, MediaType.JSON, ANSWER.formatted("word ".repeat(200))))
            .build();
    upstream.start().join();
    int scorer = freePort();
    int cache = freePort();
    int provider = freePort();
    Files.writeString(
        folder.resolve("mesh.yaml"),
        """
        server: { port: %d, grpc_port: -1 }
        services: { scorer: "127.0.0.1:%d", cache: "127.0.0.1:%d", provider: "127.0.0.1:%d" }
        scorer: { port: %d }
        cache: { port: %d, ttl: 1h, near_ttl: %s, refresh_ahead: 0, store_timeout: 200ms }
        provider: { port: %d }
        redis: { url: "%s", key_prefix: "mesh-hits-%d" }
        providers: { lab: { kind: openai, base_url: "http://127.0.0.1:%d/v1" } }
        models:
          - { id: m, provider: lab, upstream: m, tier: cheap, price: { input: 1, output: 1 } }
        """
            .formatted(
                gatewayPort,
                scorer,
                cache,
                provider,
                scorer,
                cache,
                nearTtl,
                provider,
                redis,
                System.nanoTime(),
                upstream.activeLocalPort()));
    for (String service : SERVICES) {
      processes.add(start(service));
    }
  }

  /** Prints the measurements, one a line. */
  public static void main(String[] arguments) throws Exception {
    if (arguments.length < 2) {
      System.err.println("usage: MeshHits redis://HOST:PORT HITS [NEAR_TTL ...]");
      System.exit(2);
    }
    int hits = Integer.parseInt(arguments[1]);
    List<String> given = List.of(arguments).subList(2, arguments.length);
    for (String nearTtl : given.isEmpty() ? List.of("1ms", "10m") : given) {
      try (MeshHits mesh = new MeshHits(arguments[0], nearTtl)) {
        double[] took = mesh.measure(hits);
        double[] redis = redisRoundTrips(URI.create(arguments[0]), hits);
        System.out.printf(
            Locale.ROOT,
            "exact hit through the mesh, near_ttl %s: p50 %.0f us, p99 %.0f us; GET of 1 KB from"
                + " Redis: p50 %.0f us; difference of the medians %.0f us, n %d, of which no hit"
                + " %d; commands of Redis a hit: %.2f; processor time a hit: %s%n",
            nearTtl,
            quantile(took, 0.5),
            quantile(took, 0.99),
            quantile(redis, 0.5),
            quantile(took, 0.5) - quantile(redis, 0.5),
            hits,
            mesh.late,
            mesh.commands,
            mesh.processorTime);
      }
    }
    System.exit(0);
  }

  private double[] measure(int hits) throws Exception {
    awaitGateway();
    try (Socket socket = connected("127.0.0.1", gatewayPort)) {
      InputStream in = new BufferedInputStream(socket.getInputStream());
      for (int i = 0; i < PROMPTS; i++) {
        ask(socket, in, i);
      }
      double[] micros = new double[hits];
      double[] usedBefore = {};
      for (int i = -WARM_UP; i < hits; i++) {
        if (i == 0) {
          usedBefore = processorMicros();
          commands = -commandsSoFar(redis);
        }
        long begun = System.nanoTime();
        String cache = ask(socket, in, Math.floorMod(i, PROMPTS));
        if (i >= 0) {
          micros[i] = (System.nanoTime() - begun) / 1e3;
          late += cache.equals("hit") ? 0 : 1;
        }
      }
      commands = (commands + commandsSoFar(redis)) / hits;
      double[] used = processorMicros();
      List<String> times = new ArrayList<>();
      for (int k = 0; k < used.length; k++) {
        times.add("%s %.0f us".formatted(SERVICES.get(k), (used[k] - usedBefore[k]) / hits));
      }
      processorTime = String.join(", ", times);
      return micros;
    }
  }

  /** What every process of the mesh has used so far. */
  private double[] processorMicros() {
    return processes.stream()
        .mapToDouble(
            process -> process.info().totalCpuDuration().orElse(Duration.ZERO).toNanos() / 1e3)
        .toArray();
  }

  /** What the clients of this Redis have asked for, of every kind. */
  private static long commandsSoFar(URI redis) throws IOException {
    try (Socket socket = connected(redis.getHost(), redis.getPort())) {
      InputStream in = new BufferedInputStream(socket.getInputStream());
      command(socket, "INFO commandstats\r\n");
      int length = Integer.parseInt(line(in).substring(1));
      String text = new String(in.readNBytes(length), StandardCharsets.US_ASCII);
      return CALLS.matcher(text).results().mapToLong(call -> Long.parseLong(call.group(1))).sum();
    }
  }

  /** What the cache did. */
  private static String ask(Socket socket, InputStream in, int prompt) throws IOException {
    String body =
        "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"question "
            + prompt
            + "\"}]}";
    String request =
        "POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n"
            + "content-length: "
            + body.length()
            + "\r\n\r\n"
            + body;
    socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
    String status = line(in);
    if (!status.contains(" 200")) {
      throw new IllegalStateException(status);
    }
    String cache = "";
    int length = 0;
    for (String header = line(in); !header.isEmpty(); header = line(in)) {
      String lower = header.toLowerCase(Locale.ROOT);
      if (lower.startsWith("content-length:")) {
        length = Integer.parseInt(lower.substring(15).strip());
      } else if (lower.startsWith("x-fairlead-cache:")) {
        cache = lower.substring(17).strip();
      }
    }
    in.skipNBytes(length);
    return cache;
  }

  private static double[] redisRoundTrips(URI redis, int rounds) throws IOException {
    try (Socket socket = connected(redis.getHost(), redis.getPort())) {
      InputStream in = new BufferedInputStream(socket.getInputStream());
      String value = "x".repeat(1000);
      command(socket, "*3\r\n$3\r\nSET\r\n$9\r\nmesh-hits\r\n$1000\r\n" + value + "\r\n");
      line(in);
      double[] micros = new double[rounds];
      for (int i = -WARM_UP; i < rounds; i++) {
        long begun = System.nanoTime();
        command(socket, "*2\r\n$3\r\nGET\r\n$9\r\nmesh-hits\r\n");
        line(in);
        in.skipNBytes(value.length() + 2);
        if (i >= 0) {
          micros[i] = (System.nanoTime() - begun) / 1e3;
        }
      }
      return micros;
    }
  }

  private static void command(Socket socket, String command) throws IOException {
    socket.getOutputStream().write(command.getBytes(StandardCharsets.US_ASCII));
  }

  private static String line(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = in.read(); c != '\n'; c = in.read()) {
      if (c < 0) {
        throw new IOException("the connection was closed after: " + line);
      }
      if (c != '\r') {
        line.append((char) c);
      }
    }
    return line.toString();
  }

  private static Socket connected(String host, int port) throws IOException {
    Socket socket = new Socket(host, port);
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(30_000);
    return socket;
  }

  private static double quantile(double[] values, double share) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[(int) (sorted.length * share)];
  }

  private void awaitGateway() throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(90);
    while (System.nanoTime() < end) {
      try (Socket socket = connected("127.0.0.1", gatewayPort)) {
        command(socket, "GET /readyz HTTP/1.1\r\nhost: x\r\n\r\n");
        if (line(socket.getInputStream()).contains(" 200")) {
          return;
        }
      } catch (IOException e) {
        // Not there yet.
      }
      TimeUnit.MILLISECONDS.sleep(100);
    }
    throw new IllegalStateException("the mesh did not become ready; its logs are in " + folder);
  }

  private Process start(String service) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(FLAGS);
    if (service.equals("gateway") || service.equals("provider")) {
      command.add("-XX:+UseParallelGC");
    }
    command.addAll(
        List.of("-cp", System.getProperty("java.class.path"), "dev.fairlead." + service + ".Main"));
    ProcessBuilder builder = new ProcessBuilder(command);
    Map<String, String> environment = builder.environment();
    environment.put("FAIRLEAD_CONFIG", folder.resolve("mesh.yaml").toString());
    environment.put("FAIRLEAD_DATA_DIR", folder.resolve("data").toString());
    Path log = folder.resolve(service + ".log");
    return builder.redirectErrorStream(true).redirectOutput(log.toFile()).start();
  }

  /** Its management port, 100 above, is free too. */
  private static int freePort() throws IOException {
    while (true) {
      try (ServerSocket socket = new ServerSocket(0);
          ServerSocket management = new ServerSocket(socket.getLocalPort() - 100)) {
        return management.getLocalPort();
      } catch (IOException e) {
        // Somebody else has it.
      }
    }
  }

  @Override
  public void close() throws Exception {
    for (Process process : processes.reversed()) {
      process.destroy();
      if (!process.waitFor(30, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    }
    upstream.stop().join();
  }
}
