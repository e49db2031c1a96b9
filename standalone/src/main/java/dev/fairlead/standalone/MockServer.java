package dev.fairlead.standalone;

import dev.fairlead.common.config.ConfigException;
import dev.fairlead.common.config.ConfigSource;
import dev.fairlead.common.lifecycle.ShutdownSignal;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * {@code ./fairlead mock-server}: one mock model behind an OpenAI-compatible endpoint, as an
 * upstream for other gateways. It is the standalone gateway with a catalogue of one and a cache
 * that keeps nothing, and nobody needs a key. The MOCK_* environment names apply.
 */
public final class MockServer {

  private static final String CONFIG =
      """
      server: { port: %1$d, grpc_port: -1, data_dir: "%7$s", allow_unauthenticated: true }
      ledger: { enabled: false }
      providers:
        mock: { kind: mock, mean_latency_ms: %3$s, p95_latency_ms: %4$s, error_rate: %5$s,
                cost_per_1k_tokens_usd: %6$s }
      models:
        - { id: "%2$s", provider: mock, upstream: "%2$s", tier: standard, context_window: 128000,
            capabilities: [tools, vision, json_schema] }
      cache: { enabled: false }
      """;

  private MockServer() {}

  /** Runs until SIGINT or SIGTERM: {@code --port 8081 --model NAME}. */
  public static void main(String[] args) {
    ShutdownSignal signal = ShutdownSignal.install();
    try {
      serve(options(args), signal);
    } catch (ConfigException e) {
      System.err.println(e.getMessage());
      signal.finished();
      System.exit(2);
    } catch (IOException e) {
      System.err.println("mock-server: no folder for what it keeps: " + e.getMessage());
      signal.finished();
      System.exit(1);
    }
  }

  private static void serve(Map<String, String> options, ShutdownSignal signal) throws IOException {
    try (ScratchFolder scratch =
            ScratchFolder.in(Path.of(System.getProperty("java.io.tmpdir")), "fairlead-mock");
        Standalone standalone =
            Standalone.start(config(options, System.getenv(), scratch.path()))) {
      System.out.println(
          "mock model "
              + options.get("model")
              + " at http://127.0.0.1:"
              + standalone.httpPort()
              + "/v1");
      signal.await();
    } finally {
      signal.finished();
    }
  }

  static ConfigSource config(
      Map<String, String> options, Map<String, String> environment, Path dataDir) {
    String yaml =
        CONFIG.formatted(
            port(options.getOrDefault("port", "8081")),
            options.getOrDefault("model", "mock"),
            environment.getOrDefault("MOCK_MEAN_LATENCY_MS", "40"),
            environment.getOrDefault("MOCK_P95_LATENCY_MS", "120"),
            environment.getOrDefault("MOCK_ERROR_RATE", "0"),
            environment.getOrDefault("MOCK_COST_PER_1K_TOKENS_USD", "0.0006"),
            dataDir);
    return ConfigSource.parse("mock-server", yaml, own(environment));
  }

  /** What else stands there is another gateway's, which is often started from the same shell. */
  private static Map<String, String> own(Map<String, String> environment) {
    Map<String, String> own = new HashMap<>();
    for (String name : List.of("LOG_LEVEL", "FAIRLEAD_SERVER_BIND")) {
      String value = environment.get(name);
      if (value != null) {
        own.put(name, value);
      }
    }
    return own;
  }

  static Map<String, String> options(String... args) {
    Map<String, String> options = new HashMap<>(Map.of("port", "8081", "model", "mock"));
    for (int i = 0; i < args.length; i += 2) {
      String name = args[i].startsWith("--") ? args[i].substring(2) : args[i];
      boolean known = options.containsKey(name) && args[i].startsWith("--");
      if (!known || i + 1 == args.length) {
        throw new ConfigException(
            "mock-server: " + args[i] + " (expected: --port NUMBER or --model NAME)");
      }
      options.put(name, args[i + 1]);
    }
    return options;
  }

  private static int port(String value) {
    if (!value.matches("\\d{1,5}") || Integer.parseInt(value) > 65535) {
      throw new ConfigException("mock-server: --port " + value + " (expected: 0..65535)");
    }
    return Integer.parseInt(value);
  }
}
