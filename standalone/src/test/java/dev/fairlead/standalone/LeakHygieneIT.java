package dev.fairlead.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.fairlead.redis.FreePort;
import dev.fairlead.redis.RedisServerProcess;
import dev.fairlead.standalone.client.Answer;
import dev.fairlead.standalone.client.GatewayClient;
import dev.fairlead.standalone.deployment.Deployment;
import dev.fairlead.standalone.deployment.JavaProcess;
import dev.fairlead.standalone.deployment.SpanCollector;
import dev.fairlead.standalone.deployment.Vendor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Group K of the faults in a process of its own, with a Redis, a ledger, a collector and JSON logs
 * at TRACE: who said what, and by which key, is told to the vendor and to nobody else.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LeakHygieneIT {

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final String CHAT = "/v1/chat/completions";
  private static final String ADMIN = "canary-admin-token";
  private static final String[] AS_ADMIN = {"authorization", "Bearer " + ADMIN};
  private static final String PROMPT = "canaryprompt";

  /** A word of every answer of the vendor, in ASCII. */
  private static final String ANSWER = "chelnd";

  private static final Pattern INSIDE =
      Pattern.compile(
          "dev\\.fairlead|java\\.|javax\\.|io\\.(grpc|netty)|com\\.linecorp|armeria|Exception\\b"
              + "|\\tat |\\.java:\\d|127\\.0\\.0\\.1|localhost|/tmp/",
          Pattern.CASE_INSENSITIVE);

  private Path folder;
  private final Vendor vendor = new Vendor();
  private final SpanCollector spans = new SpanCollector();
  private RedisServerProcess redis;
  private JavaProcess process;
  private GatewayClient client;
  private String key = "";

  @BeforeAll
  void start(@TempDir Path temporary) throws IOException {
    folder = temporary;
    redis =
        RedisServerProcess.signalsSupported()
            ? RedisServerProcess.startPersistent(folder)
            : RedisServerProcess.start();
    writeConfiguration("INFO");
    int port = FreePort.any();
    process =
        JavaProcess.start(
            "dev.fairlead.standalone.Main",
            List.of("-Xmx384m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"),
            Map.of(
                "PORT",
                Integer.toString(port),
                "FAIRLEAD_CONFIG",
                folder.resolve("fairlead.yaml").toString(),
                "FAIRLEAD_STANDALONE_WARM_UP",
                "0s",
                "FAIRLEAD_DATA_DIR",
                folder.resolve("data").toString()),
            folder.resolve("log.txt"));
    client = new GatewayClient(port);
    Deployment.awaitReady(client, process::output);
    Answer made = client.post("/v1/admin/keys", "{\"tenant\":\"acme\"}", AS_ADMIN);
    assertThat(made.status()).as(made.body()).isLessThan(300);
    key = JSON.readTree(made.body()).path("key").asText();
    assertThat(key).startsWith("fl-");
  }

  private void writeConfiguration(String level) throws IOException {
    String yaml =
        Deployment.yaml(
                vendor,
                spans,
                """
                redis: { url: "%s" }
                security: { admin_token: "%s" }
                server: { grpc_port: -1 }
                """
                    .formatted(redis.url(), ADMIN))
            .replace("log_level: INFO", "log_format: json, log_level: " + level)
            .replace("limits: {", "limits: { max_batch_items: 1000,")
            .replace(
                "providers:",
                "providers:\n  gone: { kind: openai, base_url: \"http://127.0.0.1:1/v1\", api_key:"
                    + " sk-canary-of-the-gone }")
            .replace(
                "models:",
                "models:\n"
                    + "  - { id: away, provider: gone, upstream: away, price: { input: 1, output: 1"
                    + " } }");
    Files.writeString(folder.resolve("fairlead.yaml"), yaml);
  }

  @AfterAll
  void stop() {
    client.close();
    process.close();
    redis.close();
    vendor.close();
    spans.close();
  }

  private Answer ask(String model, String prompt, boolean stream, String... more) {
    String body =
        "{\"model\":\"%s\",\"stream\":%s,\"messages\":[{\"role\":\"user\",\"content\":\"%s\"}]}"
            .formatted(model, stream, prompt);
    return client.post(
        CHAT, body, Stream.concat(headers(), Stream.of(more)).toArray(String[]::new));
  }

  private Stream<String> headers() {
    return Stream.of("authorization", "Bearer " + key);
  }

  /** Everything that this process tells others than vendor and caller. */
  private String told() {
    List<String> told = new ArrayList<>(List.of(process.output(), client.get("/metrics").body()));
    told.add(client.get("/health").body());
    for (String path :
        List.of("/v1/admin/status", "/v1/admin/config", "/v1/admin/usage", "/ui/api/recent")) {
      Answer answer = client.get(path, AS_ADMIN);
      assertThat(answer.status()).as(path).isEqualTo(200);
      told.add(answer.body());
    }
    return String.join("\n", told);
  }

  private Answer level() {
    return client.get("/v1/admin/log_level", AS_ADMIN);
  }

  @Test
  void k1_promptsAnswersAndKeys_areInNoLogTraceMetricErrorOrLedger() throws Exception {
    traffic("info");
    assertThat(level().body()).contains("INFO");
    changeLevel();
    await().atMost(PATIENCE).untilAsserted(() -> assertThat(level().body()).contains("TRACE"));
    traffic("trace");

    String told = told();
    for (String secret : List.of(PROMPT, ANSWER, key, Vendor.API_KEY, "sk-canary", ADMIN)) {
      assertThat(told).as("logs, metrics, reports").doesNotContain(secret);
      assertThat(spans.haveSeen(secret)).as("spans: %s", secret).isFalse();
      assertThat(filesThatHave(folder.resolve("data"), secret)).as("ledger: %s", secret).isEmpty();
    }
    assertThat(spans.haveSeen("gen_ai.request.model")).as("spans are really seen").isTrue();
    assertThat(vendor.received(PROMPT)).as("and the vendor was asked").hasSizeGreaterThan(4);
  }

  /** Answers and failures of every kind; no error repeats a prompt or a key. */
  private void traffic(String name) {
    String prompt = PROMPT + " of " + name;
    assertThat(ask("small", prompt, false).status()).isEqualTo(200);
    assertThat(ask("small", prompt, false).status()).as("from the cache").isEqualTo(200);
    assertThat(ask("auto", prompt + " streamed", true).status()).isEqualTo(200);
    List<Answer> failures =
        List.of(
            ask("small", prompt + " [[status 500]]", false),
            ask("small", prompt + " [[status 401]]", true),
            ask("small", prompt + " [[status 400]]", false),
            ask("small", prompt + " [[garbage]]", false),
            ask("away", prompt, false),
            ask("nobody", prompt, false),
            ask("small\",\"temperature\":\"hot", prompt, false),
            client.post(
                CHAT, "{\"model\":\"small\"}", "authorization", "Bearer sk-canary-of-a-thief"));
    for (Answer failure : failures) {
      assertThat(failure.status()).isGreaterThanOrEqualTo(400);
      assertThat(failure.body() + failure.headers().map()).doesNotContain(PROMPT, key, "sk-canary");
    }
    assertThat(ask("small", prompt + " [[cut]]", true).body()).contains("error");
    // Who sends what is no JSON is shown the place, up to 16 bytes of it; nobody else is.
    String[] known = headers().toArray(String[]::new);
    Answer refused = client.post(CHAT, "{\"messages\":[" + prompt, known);
    assertThat(refused.status()).isEqualTo(400);
    assertThat(refused.body()).contains("at byte 13").doesNotContain(prompt);
  }

  /** By the file and SIGHUP; by the admin API where a shell has told its children to ignore it. */
  private void changeLevel() throws IOException {
    if (JavaProcess.hearsHangUps()) {
      writeConfiguration("TRACE");
      process.hangUp();
    } else {
      client.post("/v1/admin/log_level", "{\"level\":\"TRACE\"}", AS_ADMIN);
    }
  }

  private static List<String> filesThatHave(Path where, String secret) throws IOException {
    try (Stream<Path> files = Files.walk(where)) {
      return files
          .filter(Files::isRegularFile)
          .filter(file -> latin(file).contains(secret))
          .map(Path::toString)
          .toList();
    }
  }

  private static String latin(Path file) {
    try {
      return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void k1_redis_hasNoKey_andNothingOfARequestThatMustNotBeStored() {
    assumeTrue(RedisServerProcess.signalsSupported(), "needs the machine's redis-server");
    assertThat(ask("small", "storedcanary of redis", false).status()).isEqualTo(200);
    assertThat(ask("small", "secretcanary of redis", false, "cache-control", "no-store").status())
        .isEqualTo(200);
    redis.command("CONFIG", "SET", "rdbcompression", "no");
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> {
          assertThat(redis.command("SAVE")).isEqualTo("+OK");
          assertThat(latin(folder.resolve("dump.rdb"))).contains("storedcanary", "acme");
        });

    assertThat(latin(folder.resolve("dump.rdb")))
        .doesNotContain("secretcanary", key, Vendor.API_KEY, "sk-canary", ADMIN);
  }

  @Test
  void k2_hostileNames_makeNoLinesOfTheirOwn() {
    String hostile = "gpt\\r\\n{\\\"level\\\":\\\"ERROR\\\",\\\"forged\\\":1}\\u001b[31m\\u2028";
    for (int i = 0; i < 5; i++) {
      assertThat(ask(hostile, "hi", false).status()).isEqualTo(404);
      ask("small\",\"user\":\"" + hostile, "hi [[status 500]]", false);
      ask("small", "hi", false, "user-agent", "a\u00ff{\"forged\":2}", "x-request-id", "{forged}");
    }
    List<String> lines = process.output().lines().filter(line -> line.startsWith("{")).toList();
    assertThat(lines)
        .isNotEmpty()
        .allSatisfy(line -> {
          JsonNode read = JSON.readTree(line);
          assertThat(read.path("forged").isMissingNode()).isTrue();
          assertThat(read.path("level").asText()).isNotEmpty();
          assertThat(line.chars().noneMatch(Character::isISOControl)).isTrue();
        });
  }

  @Test
  void k3_hundredThousandModelsAndUsers_makeNoNewSeries() throws IOException {
    String answered =
        "{\"model\":\"small\",\"user\":\"u%1$d\",\"messages\":[{\"role\":\"user\",\"content\":\"same\"}]}";
    String unknown =
        "{\"model\":\"m%1$d\",\"user\":\"u%1$d\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}";
    batch(answered, 0, 50);
    batch(unknown, 0, 50);
    TreeSet<String> before = series();

    for (int i = 1; i <= 100; i++) {
      batch(unknown, i * 1000, 1000);
    }
    batch(answered, 1000, 500);

    TreeSet<String> added = series();
    added.removeAll(before);
    assertThat(added).allMatch(one -> !one.matches(".*\"[mu]\\d+\".*")).hasSizeLessThan(40);
  }

  private void batch(String item, int from, int count) throws IOException {
    String items =
        IntStream.range(from, from + count)
            .mapToObj(item::formatted)
            .collect(Collectors.joining(","));
    Answer answer =
        client.post(
            "/v1/batch", "{\"requests\":[" + items + "]}", headers().toArray(String[]::new));
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    assertThat(JSON.readTree(answer.body()).path("results")).hasSize(count);
  }

  private TreeSet<String> series() {
    return client
        .get("/metrics")
        .body()
        .lines()
        .filter(line -> line.startsWith("llm_router_") || line.startsWith("gen_ai_"))
        .map(line -> line.substring(0, line.lastIndexOf(' ')))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  @Test
  void k4_clientsErrors_tellNothingOfTheInside() throws IOException {
    List<Answer> errors = new ArrayList<>();
    for (String path : List.of(CHAT, "/v1/messages", "/v1/responses", "/v1/completions")) {
      for (String body : List.of("", "{", "[]", "{\"model\":7}", "{\"model\":\"away\"}")) {
        errors.add(client.post(path, body, headers().toArray(String[]::new)));
      }
    }
    for (String words :
        List.of("[[status 500]]", "[[status 401]]", "[[status 503]]", "[[garbage]]", "[[cut]]")) {
      errors.add(ask("small", words, false));
      errors.add(ask("small", words, true));
    }
    errors.add(ask("away", "connection refused", false));
    errors.add(ask("away", "connection refused", true));
    errors.add(client.get("/v1/nowhere"));
    errors.add(client.get(CHAT));
    errors.add(client.get("/v1/admin/status"));
    errors.add(client.get("/ui/../../etc/passwd"));
    errors.add(
        client.post(
            "/v1/embeddings",
            "{\"model\":\"small\",\"input\":7}",
            headers().toArray(String[]::new)));

    String host = InetAddress.getLocalHost().getHostName();
    for (Answer error : errors) {
      String whole = error.body() + error.headers().map();
      assertThat(INSIDE.matcher(whole).results().map(found -> found.group()).toList())
          .as(whole)
          .isEmpty();
      if (host.length() > 5) {
        assertThat(whole).doesNotContain(host);
      }
      assertThat(error.headers().map().keySet())
          .noneMatch(name -> name.matches("server|x-powered-by|via|.*debug.*|.*trace.*"));
    }
    assertThat(ask("small", "fine", false).headers().map().keySet())
        .noneMatch(name -> name.matches("server|x-powered-by|via|.*debug.*"));
  }
}
