package dev.fairlead.redis;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import redis.embedded.RedisServer;

/**
 * A real Redis server of its own on a free port: the machine's {@code redis-server} where there is
 * one, an embedded one otherwise. Signals (stop, kill) need the machine's.
 */
public final class RedisServerProcess implements AutoCloseable {

  private static final Path BINARY = Path.of("/usr/bin/redis-server");

  private final int port;
  private final Path binary;
  private final @Nullable Path file;
  private final List<String> options;
  private @Nullable Process process;
  private @Nullable RedisServer embedded;

  private RedisServerProcess(int port, List<String> options) {
    this(port, null, options);
  }

  private RedisServerProcess(int port, @Nullable Path file, List<String> options) {
    this(port, BINARY, file, options);
  }

  private RedisServerProcess(int port, Path binary, @Nullable Path file, List<String> options) {
    this.port = port;
    this.binary = binary;
    this.file = file;
    this.options = options;
  }

  /** Starts an empty server and waits until it answers. */
  public static RedisServerProcess start() {
    RedisServerProcess server = new RedisServerProcess(FreePort.any(), List.of());
    server.restart();
    return server;
  }

  /**
   * Starts a server that has vector sets (Redis 8): the one that the variable FAIRLEAD_REDIS8
   * names, or the machine's; empty where neither has them.
   */
  public static Optional<RedisServerProcess> startWithVectorSets() {
    String named = System.getenv("FAIRLEAD_REDIS8");
    Path binary = named == null || named.isEmpty() ? BINARY : Path.of(named);
    if (!Files.isExecutable(binary)) {
      return Optional.empty();
    }
    RedisServerProcess server = new RedisServerProcess(FreePort.any(), binary, null, List.of());
    server.restart();
    if (server.command("VCARD", "none").startsWith("-")) {
      server.close();
      return Optional.empty();
    }
    return Optional.of(server);
  }

  /** Starts a cluster of one node that has every slot; only where {@link #signalsSupported}. */
  public static RedisServerProcess startCluster(Path directory) {
    List<String> options =
        List.of(
            "--cluster-enabled",
            "yes",
            "--cluster-port",
            Integer.toString(FreePort.any()),
            "--dir",
            directory.toString(),
            "--cluster-announce-ip",
            "127.0.0.1");
    RedisServerProcess server = new RedisServerProcess(FreePort.any(), options);
    server.restart();
    server.command("CLUSTER", "ADDSLOTSRANGE", "0", "16383");
    return server;
  }

  /**
   * Starts a server that beside its plain port speaks TLS on {@code tlsPort}; only where {@link
   * #signalsSupported}.
   *
   * @param certificates holds {@code cert.pem}, {@code key.pem} and {@code ca.pem}
   */
  public static RedisServerProcess startTls(Path certificates, int tlsPort) {
    return startTls(certificates, tlsPort, false);
  }

  /** The same; {@code asking} whether clients must show a certificate of {@code ca.pem}. */
  public static RedisServerProcess startTls(Path certificates, int tlsPort, boolean asking) {
    List<String> options =
        List.of(
            "--tls-port",
            Integer.toString(tlsPort),
            "--tls-cert-file",
            certificates.resolve("cert.pem").toString(),
            "--tls-key-file",
            certificates.resolve("key.pem").toString(),
            "--tls-ca-cert-file",
            certificates.resolve("ca.pem").toString(),
            "--tls-auth-clients",
            asking ? "yes" : "no");
    RedisServerProcess server = new RedisServerProcess(FreePort.any(), options);
    server.restart();
    return server;
  }

  /** Starts a server that follows {@code master}; only where {@link #signalsSupported}. */
  public static RedisServerProcess startReplica(RedisServerProcess master) {
    List<String> options = List.of("--replicaof", "127.0.0.1 " + master.port);
    RedisServerProcess server = new RedisServerProcess(FreePort.any(), options);
    server.restart();
    return server;
  }

  /**
   * Starts a sentinel that calls a master dead after a second and needs nobody's consent to replace
   * it; only where {@link #signalsSupported}.
   *
   * @param directory where it keeps its configuration
   * @param name of the master
   */
  public static RedisServerProcess startSentinel(
      Path directory, String name, RedisServerProcess master) {
    int port = FreePort.any();
    Path file = directory.resolve("sentinel.conf");
    try {
      Files.write(
          file,
          List.of(
              "sentinel monitor " + name + " 127.0.0.1 " + master.port + " 1",
              "sentinel down-after-milliseconds " + name + " 1000",
              "sentinel failover-timeout " + name + " 5000"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    List<String> options = List.of("--dir", directory.toString(), "--sentinel");
    RedisServerProcess server = new RedisServerProcess(port, file, options);
    server.restart();
    return server;
  }

  /**
   * Starts a server that keeps what {@code SAVE} wrote to {@code directory} over a {@link #kill};
   * only where {@link #signalsSupported}.
   */
  public static RedisServerProcess startPersistent(Path directory) {
    RedisServerProcess server =
        new RedisServerProcess(FreePort.any(), List.of("--dir", directory.toString()));
    server.restart();
    return server;
  }

  /** Starts it again after {@link #kill}, so slowly that it loads each key for a while. */
  public void restartLoading(int microsPerKey) {
    process =
        launch(
            List.of(
                "--key-load-delay",
                Integer.toString(microsPerKey),
                "--loading-process-events-interval-bytes",
                "1024"));
    awaitAnswer("-LOADING");
  }

  /**
   * Whether the machine's server is the one that is started. What needs more than a plain server
   * asks first: the embedded one takes no options (cluster, sentinel, replica, TLS, slow loading),
   * cannot be suspended, and {@link #kill} lets it end in order.
   */
  public static boolean signalsSupported() {
    return Files.isExecutable(BINARY);
  }

  /** Starts it again on the same port, empty, after {@link #kill}. */
  public void restart() {
    try {
      if (Files.isExecutable(binary)) {
        process = launch(List.of());
      } else {
        embedded = RedisServer.newRedisServer().port(port).build();
        embedded.start();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    awaitAnswer("+PONG");
  }

  private Process launch(List<String> more) {
    List<String> command = new ArrayList<>(List.of(binary.toString()));
    if (file == null) {
      command.addAll(List.of("--save", "", "--appendonly", "no"));
    } else {
      command.add(file.toString());
    }
    command.addAll(List.of("--port", Integer.toString(port), "--bind", "127.0.0.1"));
    command.addAll(options);
    command.addAll(more);
    try {
      return new ProcessBuilder(command)
          .redirectErrorStream(true)
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Where it listens. */
  public int port() {
    return port;
  }

  /** {@code redis://127.0.0.1:port}. */
  public String url() {
    return "redis://127.0.0.1:" + port;
  }

  /** Stops it from running, connections staying open (SIGSTOP). */
  public void suspend() {
    signal("STOP");
  }

  /** Lets it run on (SIGCONT). */
  public void resume() {
    signal("CONT");
  }

  /** Ends it at once (SIGKILL). */
  public void kill() {
    try {
      if (process != null) {
        process.destroyForcibly().waitFor();
      }
      if (embedded != null) {
        embedded.stop();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A connection to it, made. Give it long: a loaded machine is no outage. */
  public RedisLink connect(String keyPrefix) {
    RedisLink link =
        RedisLink.open(
            new RedisSettings(
                RedisUrl.parse(url()),
                2,
                4,
                Duration.ofSeconds(1),
                Duration.ofSeconds(20),
                keyPrefix));
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!link.connected()) {
      if (System.nanoTime() > deadline) {
        link.close();
        throw new IllegalStateException("no connection to Redis on port " + port);
      }
      LockSupport.parkNanos(5_000_000);
    }
    return link;
  }

  /** Sends one command and returns the first line of the answer. */
  public String command(String... words) {
    try (Socket socket = new Socket("127.0.0.1", port)) {
      send(socket, words);
      return line(socket.getInputStream());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Sends one command whose answer is a text, and returns that. */
  public String text(String... words) {
    try (Socket socket = new Socket("127.0.0.1", port)) {
      send(socket, words);
      String head = line(socket.getInputStream());
      if (!head.startsWith("$")) {
        throw new IllegalStateException("not a text: " + head);
      }
      int length = Integer.parseInt(head.substring(1));
      return new String(socket.getInputStream().readNBytes(length), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void send(Socket socket, String... words) throws IOException {
    socket.setSoTimeout(5000);
    StringBuilder text = new StringBuilder("*").append(words.length).append("\r\n");
    for (String word : words) {
      int bytes = word.getBytes(StandardCharsets.UTF_8).length;
      text.append('$').append(bytes).append("\r\n").append(word).append("\r\n");
    }
    socket.getOutputStream().write(text.toString().getBytes(StandardCharsets.UTF_8));
  }

  private static String line(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = in.read(); c >= 0 && c != '\n'; c = in.read()) {
      line.append((char) c);
    }
    return line.toString().trim();
  }

  private void awaitAnswer(String expected) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (System.nanoTime() < deadline) {
      try {
        if (command("PING").startsWith(expected)) {
          return;
        }
      } catch (UncheckedIOException e) {
        Thread.onSpinWait();
      }
    }
    throw new IllegalStateException("Redis did not answer on port " + port);
  }

  private void signal(String name) {
    Process running = process;
    if (running == null) {
      throw new IllegalStateException("no process to signal");
    }
    try {
      new ProcessBuilder("kill", "-" + name, Long.toString(running.pid())).start().waitFor();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    kill();
  }
}
