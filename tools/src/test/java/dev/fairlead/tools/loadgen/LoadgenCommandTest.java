package dev.fairlead.tools.loadgen;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.linecorp.armeria.common.AggregatedHttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import dev.fairlead.tools.Fairlead;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class LoadgenCommandTest {

  private static final JsonMapper JSON =
      JsonMapper.builder().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS).build();
  private static final String USAGE =
      "{\"choices\":[],\"usage\":{\"total_tokens\":9},\"fairlead\":{\"model\":\"gpt-4o\",\"cost_usd\":"
          + "0.00000002,\"saved_usd\":-0.5}}";

  @TempDir private Path folder = Path.of(".");
  private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @AfterEach
  void stopClock() {
    clock.shutdownNow();
  }

  @Test
  void everyRequest_isCountedWithItsFacts_whenTheGatewayAnswers() throws Exception {
    try (ScriptedGateway gateway = ScriptedGateway.answering(n -> ScriptedGateway.answer())) {
      JsonNode report = measured(gateway, 0, "--qps=200", "--duration=1s", "--policy=cheapest");

      assertThat(report.path("planned").asInt()).isEqualTo(200);
      assertThat(report.path("sent").asInt()).isEqualTo(200);
      assertThat(report.path("succeeded").asInt()).isEqualTo(200);
      assertThat(report.path("failed").asInt()).isZero();
      assertThat(report.path("unsent").asInt()).isZero();
      assertThat(report.path("unfinished").asInt()).isZero();
      assertThat(report.path("throughput_per_s").asDouble()).isBetween(100.0, 201.5);
      assertThat(report.path("latency_ms").path("count").asInt()).isEqualTo(200);
      assertThat(report.path("time_to_first_token_ms").isNull()).isTrue();
      assertThat(report.path("models").toString()).isEqualTo("{\"gpt-4o-mini\":200}");
      assertThat(report.path("cache").toString()).isEqualTo("{\"miss\":200}");
      assertQuantiles(report.path("latency_ms"));
      assertQuantiles(report.path("start_delay_ms"));
      assertThat(report.path("cost_usd").decimalValue()).isEqualByComparingTo("0.0024");
      assertThat(report.path("saved_usd").decimalValue()).isEqualByComparingTo("0.062");
      assertThat(report.path("without_cost").asInt()).isZero();
      AggregatedHttpRequest request = gateway.requests().getFirst();
      assertThat(request.headers().get("cache-control")).isEqualTo("no-store");
      assertThat(request.headers().get("authorization")).isNull();
      assertThat(request.contentUtf8())
          .isEqualTo(
              "{\"model\":\"auto\",\"messages\":[{\"role\":\"user\",\"content\":\"What is the"
                  + " capital of France?\"}],\"fairlead\":{\"policy\":\"cheapest\"}}");
    }
  }

  private static void assertQuantiles(JsonNode times) {
    double least = times.path("min").asDouble();
    for (String name : List.of("p50", "p90", "p95", "p99", "p99_9", "max")) {
      assertThat(times.path(name).isNumber()).as(name).isTrue();
      assertThat(times.path(name).asDouble()).as(name).isGreaterThanOrEqualTo(least);
      least = times.path(name).asDouble();
    }
    assertThat(times.path("mean").asDouble()).isBetween(times.path("min").asDouble(), least);
  }

  @Test
  void wishes_areSent_whenGivenAsOptions() throws Exception {
    try (ScriptedGateway gateway = ScriptedGateway.answering(n -> ScriptedGateway.answer())) {
      measured(
          gateway,
          0,
          "--qps=20",
          "--duration=100ms",
          "--cache",
          "--key=fl-1",
          "--model=gpt-4o",
          "--max-tokens=7",
          "--prompt=hi");

      AggregatedHttpRequest request = gateway.requests().getFirst();
      assertThat(request.headers().get("cache-control")).isNull();
      assertThat(request.headers().get("authorization")).isEqualTo("Bearer fl-1");
      assertThat(request.contentUtf8())
          .isEqualTo(
              "{\"model\":\"gpt-4o\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}],"
                  + "\"max_tokens\":7}");
    }
    assertThat(out.toString() + err).doesNotContain("fl-1");
  }

  @Test
  void latency_isTheServers_whenItIsNotOverloaded() throws Exception {
    try (ScriptedGateway gateway =
        ScriptedGateway.answering(n -> ScriptedGateway.answerAfter(Duration.ofMillis(80)))) {
      JsonNode latency =
          measured(gateway, 0, "--qps=50", "--duration=1s", "--warmup=1s").path("latency_ms");

      assertThat(latency.path("min").asDouble()).isGreaterThanOrEqualTo(79);
      assertThat(latency.path("p50").asDouble()).isBetween(79.0, 160.0);
    }
  }

  @Test
  void stall_isInTheQuantiles_whenOneAnswerBlocksThoseBehindIt() throws Exception {
    try (ScriptedGateway gateway =
        ScriptedGateway.answering(n ->
            n == 10
                ? ScriptedGateway.answerAfter(Duration.ofSeconds(1))
                : ScriptedGateway.answer())) {
      JsonNode report = measured(gateway, 0, "--qps=20", "--duration=2s", "--concurrency=1");

      // One answer of 40 was slow: a closed loop would have it in the maximum alone. About twenty
      // requests should have started meanwhile, the first of them a second earlier.
      assertThat(report.path("latency_ms").path("count").asInt()).isEqualTo(40);
      assertThat(report.path("latency_ms").path("p99").asDouble()).isGreaterThan(900);
      assertThat(report.path("latency_ms").path("p90").asDouble()).isGreaterThan(700);
      assertThat(report.path("start_delay_ms").path("p90").asDouble()).isGreaterThan(700);
    }
  }

  @Test
  void arrivals_areUnsent_whenTheyNeverGetASlot() throws Exception {
    try (ScriptedGateway gateway = ScriptedGateway.answering(n -> HttpResponse.streaming())) {
      JsonNode report =
          measured(
              gateway, 1, "--qps=100", "--duration=300ms", "--concurrency=2", "--timeout=500ms");

      assertThat(report.path("planned").asInt()).isEqualTo(30);
      assertThat(report.path("sent").asInt()).isEqualTo(2);
      assertThat(report.path("unsent").asInt()).isEqualTo(28);
      assertThat(report.path("errors").toString()).isEqualTo("{\"timeout\":2}");
      assertThat(report.path("latency_ms").isNull()).isTrue();
      assertThat(report.path("failed_latency_ms").path("min").asDouble()).isGreaterThan(450);
      assertThat(out.toString()).contains("Unsent arrivals are in no latency above");
    }
  }

  @Test
  void failures_areCountedByKind_whenSomeRequestsFail() throws Exception {
    try (ScriptedGateway gateway =
        ScriptedGateway.answering(n ->
            switch (n % 4) {
              case 0 -> HttpResponse.of(HttpStatus.SERVICE_UNAVAILABLE);
              case 1 -> HttpResponse.of(HttpStatus.TOO_MANY_REQUESTS);
              case 2 -> HttpResponse.ofFailure(new IOException("gone"));
              default -> ScriptedGateway.answer();
            })) {
      JsonNode report = measured(gateway, 0, "--qps=100", "--duration=400ms");

      assertThat(report.path("succeeded").asInt()).isEqualTo(10);
      assertThat(report.path("failed").asInt()).isEqualTo(30);
      assertThat(report.path("errors").path("status_503").asInt()).isEqualTo(10);
      assertThat(report.path("errors").path("status_429").asInt()).isEqualTo(10);
      assertThat(report.path("latency_ms").path("count").asInt()).isEqualTo(10);
      assertThat(report.path("failed_latency_ms").path("count").asInt()).isEqualTo(30);
    }
  }

  @Test
  void absence_isAConnectError_whenNoGatewayRuns() throws Exception {
    int unused;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      unused = socket.getLocalPort();
    }
    assertThat(run("--url=http://127.0.0.1:" + unused, "--qps=20", "--duration=200ms"))
        .isEqualTo(1);
    assertThat(out.toString()).contains("0 succeeded, 4 failed").contains("errors  connect 4");
  }

  @Test
  void stream_isTimedByItsTexts_whenItIsComplete() throws Exception {
    List<String> events = List.of(text(""), text("a"), text("b"), text("c"), USAGE, "[DONE]");
    try (ScriptedGateway gateway =
        ScriptedGateway.answering(
            n -> ScriptedGateway.stream(clock, Duration.ofMillis(60), events))) {
      JsonNode report =
          measured(gateway, 0, "--stream", "--qps=20", "--duration=1s", "--warmup=1s");

      assertThat(report.path("succeeded").asInt()).isEqualTo(20);
      assertThat(report.path("time_to_first_token_ms").path("p50").asDouble())
          .isBetween(55.0, 120.0);
      assertThat(report.path("inter_token_gap_ms").path("count").asInt()).isEqualTo(40);
      assertQuantiles(report.path("inter_token_gap_ms"));
      assertQuantiles(report.path("time_to_first_token_ms"));
      assertThat(report.path("inter_token_gap_ms").path("p50").asDouble()).isBetween(45.0, 75.0);
      assertThat(report.path("latency_ms").path("p50").asDouble()).isGreaterThan(295);
      assertThat(report.path("models").toString()).isEqualTo("{\"gpt-4o\":20}");
      assertThat(report.path("cost_usd").decimalValue()).isEqualByComparingTo("0.0000004");
      assertThat(report.path("saved_usd").decimalValue()).isEqualByComparingTo("-10");
      assertThat(gateway.requests().getFirst().contentUtf8())
          .contains("\"stream\":true,\"stream_options\":{\"include_usage\":true}");
    }
  }

  @Test
  void stream_isAFailure_whenItTellsAnErrorOrEndsEarly() throws Exception {
    List<String> broken = List.of(text("a"), "{\"error\":{\"message\":\"upstream went away\"}}");
    List<String> cut = List.of(text("a"), text("b"));
    try (ScriptedGateway gateway =
        ScriptedGateway.answering(
            n -> ScriptedGateway.stream(clock, Duration.ofMillis(1), n % 2 == 0 ? broken : cut))) {
      JsonNode report = measured(gateway, 1, "--stream", "--qps=50", "--duration=200ms");

      assertThat(report.path("errors").toString())
          .isEqualTo("{\"stream_error\":5,\"stream_truncated\":5}");
    }
  }

  @Test
  void csv_holdsOneLineARequest_whenAsked() throws Exception {
    Path csv = folder.resolve("calls.csv");
    try (ScriptedGateway gateway =
        ScriptedGateway.answering(
            n -> n == 10 ? HttpResponse.of(HttpStatus.BAD_GATEWAY) : ScriptedGateway.answer())) {
      measured(gateway, 0, "--qps=50", "--duration=200ms", "--warmup=200ms", "--csv-out=" + csv);
    }
    List<String> lines = Files.readAllLines(csv);
    assertThat(lines).hasSize(11);
    assertThat(lines.getFirst())
        .isEqualTo(
            "arrival,intended_ms,start_delay_ms,latency_ms,first_token_ms,status,error,model,"
                + "cache,cost_usd,saved_usd");
    assertThat(lines.stream().skip(1))
        .satisfiesOnlyOnce(
            line -> assertThat(line).matches("0,0\\.000,[\\d.]+,[\\d.]+,,502,status_502,,,,"))
        .satisfiesOnlyOnce(line ->
            assertThat(line)
                .matches("1,20\\.000,[\\d.]+,[\\d.]+,,200,,gpt-4o-mini,miss,0.000012,0.00031"));
  }

  @Test
  void warmUp_isOverAndUncounted_whenTheMeasuringBegins() throws Exception {
    try (ScriptedGateway gateway =
        ScriptedGateway.answering(n ->
            n < 20
                ? ScriptedGateway.answerAfter(Duration.ofMillis(700))
                : ScriptedGateway.answer())) {
      JsonNode report = measured(gateway, 0, "--qps=100", "--duration=500ms", "--warmup=200ms");

      assertThat(gateway.requests()).hasSize(70);
      assertThat(report.path("sent").asInt()).isEqualTo(50);
      assertThat(report.path("latency_ms").path("count").asInt()).isEqualTo(50);
      assertThat(report.path("latency_ms").path("max").asDouble()).isLessThan(650);
      assertThat(report.path("measured_s").asDouble()).isBetween(0.48, 1.1);
    }
  }

  @Test
  void prompts_areDrawnFromTheFile_whenGiven() throws Exception {
    Path prompts = Files.writeString(folder.resolve("prompts.txt"), "one\n\ntwo\n  \nthree\n");
    try (ScriptedGateway gateway = ScriptedGateway.answering(n -> ScriptedGateway.answer())) {
      JsonNode report =
          measured(gateway, 0, "--qps=200", "--duration=300ms", "--prompts=" + prompts);

      Set<String> asked =
          gateway.requests().stream()
              .map(request -> request.contentUtf8().replaceAll(".*\"content\":\"|\"}.*", ""))
              .collect(Collectors.toSet());
      assertThat(asked).containsExactlyInAnyOrder("one", "two", "three");
      assertThat(report.path("plan").path("prompts").asInt()).isEqualTo(3);
    }
  }

  @Test
  void report_isATableAndProgressIsOnStandardError_whenNoJsonIsAsked() {
    try (ScriptedGateway gateway = ScriptedGateway.answering(n -> ScriptedGateway.answer())) {
      assertThat(run("--url=" + gateway.url(), "--qps=50", "--duration=1200ms")).isZero();
    }
    assertThat(out.toString())
        .contains("60 planned, 60 sent, 60 succeeded, 0 failed, 0 unsent, 0 unfinished")
        .containsPattern("latency +[\\d.]+ +[\\d.]+")
        .contains("errors  none", "models  gpt-4o-mini 60", "cost    0.00072")
        .doesNotContain("Unsent", "first token");
    assertThat(err.toString()).containsPattern(" 1 s  sent \\d+ ");
  }

  @Test
  void json_isOnStandardOutputAlone_whenNoFileIsNamed() throws Exception {
    try (ScriptedGateway gateway = ScriptedGateway.answering(n -> ScriptedGateway.answer())) {
      assertThat(run("--json", "--url=" + gateway.url(), "--qps=50", "--duration=100ms")).isZero();
    }
    assertThat(JSON.readTree(out.toString()).path("succeeded").asInt()).isEqualTo(5);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--qps=0|--qps: 0.0 (expected: above 0",
        "--qps=NaN|--qps: NaN (expected: above 0",
        "--concurrency=0|--concurrency: 0 (expected: at least 1)",
        "--duration=0s|--duration: 0 (expected: above 0)",
        "--duration=soon|'soon' is not a duration (expected: such as 15s, 500ms or 2m)",
        "--duration=1ms|--duration: 1 ms (expected: long enough for one request)",
        "--timeout=0|--timeout: 0 (expected: above 0)",
        "--max-tokens=0|--max-tokens: 0 (expected: at least 1)",
        "--url=localhost:8080|--url: localhost:8080 (expected: an http or https URL",
        "--prompts=/no/such.txt|--prompts: /no/such.txt cannot be read",
        "--csv-out=/no/such/file|--csv-out: /no/such/file cannot be written",
        "--json=/no/such/file|--json: /no/such/file cannot be written",
        "--rate=5|Unknown option: '--rate=5'",
      })
  void wrongOption_isNamed(String option, String message) {
    assertThat(run(option)).isEqualTo(2);
    assertThat(err.toString()).contains(message);
  }

  @Test
  void twoSourcesOfPrompts_areRefused() throws Exception {
    Path empty = Files.writeString(folder.resolve("empty.txt"), "\n");
    assertThat(run("--prompt=x", "--prompts=" + empty)).isEqualTo(2);
    assertThat(run("--prompts=" + empty)).isEqualTo(2);
    assertThat(err.toString()).contains("expected: one of them").contains("holds no prompt");
  }

  private static String text(String text) {
    return "{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"" + text + "\"}}]}";
  }

  private JsonNode measured(ScriptedGateway gateway, int exitCode, String... options)
      throws IOException {
    Path file = folder.resolve("report.json");
    List<String> all = new ArrayList<>(List.of("--url=" + gateway.url(), "--json=" + file));
    all.addAll(List.of(options));
    int code = run(all.toArray(String[]::new));
    assertThat(code).as(out.toString() + err).isEqualTo(exitCode);
    return JSON.readTree(file.toFile());
  }

  private int run(String... options) {
    CommandLine commands = Fairlead.commandLine();
    commands.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
    List<String> all = new ArrayList<>(List.of("loadgen"));
    all.addAll(List.of(options));
    return commands.execute(all.toArray(String[]::new));
  }
}
