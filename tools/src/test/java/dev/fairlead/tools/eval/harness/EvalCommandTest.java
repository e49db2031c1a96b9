package dev.fairlead.tools.eval.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.fairlead.tools.Fairlead;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * On a gateway whose strong model knows all sums and whose weak one only the small ones; its policy
 * {@code complexity} knows which is which, its policy {@code prompt_length} has it the wrong way
 * round.
 */
class EvalCommandTest {

  private static final JsonMapper JSON = new JsonMapper();
  private static final int PROMPTS = 40;

  @TempDir private Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private final AtomicInteger asked = new AtomicInteger();
  private final ExecutorService threads = Executors.newFixedThreadPool(4);
  private volatile int late = -1;
  private HttpServer gateway;
  private Path prompts = Path.of("");

  EvalCommandTest() throws IOException {
    gateway = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
  }

  @BeforeEach
  void start() throws IOException {
    gateway.setExecutor(threads);
    gateway.createContext("/v1/models", exchange -> answer(exchange, "0", MODELS));
    gateway.createContext("/v1/route", this::route);
    gateway.createContext("/v1/chat/completions", this::complete);
    gateway.start();
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < PROMPTS; i++) {
      lines.add(
          """
          {"id":"p%d","category":"qa","prompt":"%s %d plus 1","check":{"kind":"number","value":%d}}\
          """
              .formatted(i, i % 2 == 0 ? "hard" : "easy", i, i + 1));
    }
    prompts = Files.write(folder.resolve("prompts.jsonl"), lines);
  }

  @AfterEach
  void stop() {
    gateway.stop(0);
    threads.shutdownNow();
  }

  private static final String MODELS =
      """
      {"data":[{"id":"auto"},{"id":"strong","tier":"quality","capabilities":[]},
       {"id":"weak","tier":"cheap","capabilities":["tools"]},
       {"id":"embedder","tier":"cheap","capabilities":["embeddings"]}]}
      """;

  private void route(HttpExchange exchange) throws IOException {
    JsonNode body = JSON.readTree(exchange.getRequestBody());
    boolean hard = body.get("prompt").asText().startsWith("hard");
    boolean strong =
        switch (body.get("policy").asText()) {
          case "complexity" -> hard;
          case "cheapest" -> false;
          default -> !hard;
        };
    answer(
        exchange,
        "0",
        "{\"model\":\"%s\",\"tier\":\"%s\",\"complexity\":%s}"
            .formatted(strong ? "strong" : "weak", strong ? "quality" : "cheap", hard ? 0.9 : 0.1));
  }

  private void complete(HttpExchange exchange) throws IOException {
    asked.incrementAndGet();
    JsonNode body = JSON.readTree(exchange.getRequestBody());
    String prompt = body.at("/messages/0/content").asText();
    int number = Integer.parseInt(prompt.split(" ")[1]);
    boolean strong = body.get("model").asText().equals("strong");
    if (!strong && number == late) {
      // Never answered: the exchange is closed with the server.
      return;
    }
    boolean knows = strong || prompt.startsWith("easy");
    answer(
        exchange,
        strong ? "0.01" : "0.001",
        "{\"choices\":[{\"message\":{\"content\":\"It is %d.\"}}]}"
            .formatted(knows ? number + 1 : -7));
  }

  private static void answer(HttpExchange exchange, String cost, String body) throws IOException {
    try (exchange) {
      byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().add("X-Query-Cost", cost);
      exchange.sendResponseHeaders(200, bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }

  @Test
  void answerThatDoesNotComeInTime_isAnOutcome_andCostsNoOther() throws IOException {
    late = 3;
    assertThat(run("--json", "--timeout", "2")).isZero();

    JsonNode report = JSON.readTree(out.toString());
    assertThat(report.get("failures").asInt()).isEqualTo(1);
    assertThat(asked).hasValue(2 * PROMPTS);
    assertThat(result(report, "always strong").at("/quality").asDouble()).isEqualTo(1);
    assertThat(result(report, "always weak").at("/quality").asDouble()).isEqualTo(19.0 / PROMPTS);
  }

  @Test
  void policies_areToldApart_fromTheirOwnMixAndFromChance() throws IOException {
    assertThat(run("--json", "--max-cost-usd", "0.005", "--latency-slo-ms", "600000")).isZero();

    assertThat(err.toString()).isEmpty();
    JsonNode report = JSON.readTree(out.toString());
    JsonNode good = result(report, "complexity");
    assertThat(good.get("saving").asDouble()).isCloseTo(0.45, within(1e-9));
    assertThat(good.at("/retention/mean").asDouble()).isEqualTo(1);
    assertThat(good.at("/retention/low").asDouble()).isEqualTo(1);
    assertThat(good.at("/shuffled/high").asDouble()).isLessThan(1);
    assertThat(good.at("/sla").asDouble()).isEqualTo(0.5);
    assertThat(good.at("/tiers/0/tier").asText()).isEqualTo("cheap");
    assertThat(good.at("/tiers/0/prompts").asInt()).isEqualTo(20);
    assertThat(good.at("/tiers/0/sla").asDouble()).isEqualTo(1);
    JsonNode bad = result(report, "prompt_length");
    assertThat(bad.at("/retention/mean").asDouble()).isEqualTo(0.5);
    assertThat(bad.at("/retention/high").asDouble()).isBetween(0.5, 0.75);
    assertThat(bad.at("/shuffled/low").asDouble()).isGreaterThan(0.5);
    JsonNode random = result(report, "random");
    assertThat(random.at("/retention/mean").asDouble()).isCloseTo(0.75, within(0.02));
    assertThat(result(report, "always strong").get("saving").asDouble()).isZero();
    assertThat(report.get("curve")).hasSize(PROMPTS + 1);
    assertThat(report.at("/curve/20/quality").asDouble()).isEqualTo(1);
    assertThat(asked).hasValue(2 * PROMPTS);
  }

  @Test
  void recordedOutcomes_giveTheSame_withoutAskingAModel() throws IOException {
    Path record = folder.resolve("outcomes.jsonl");
    run("--json", "--record", record.toString(), "--latency-slo-ms", "600000");
    String first = out.toString();
    asked.set(0);
    out.getBuffer().setLength(0);

    assertThat(run("--json", "--outcomes", record.toString(), "--latency-slo-ms", "600000"))
        .isZero();
    assertThat(out.toString()).isEqualTo(first);
    assertThat(asked).hasValue(0);
    assertThat(record).content().doesNotContain("plus 1", "It is");
  }

  @Test
  void page_hasTheCurve_andLoadsNothing() throws IOException {
    Path page = folder.resolve("report.html");
    Path json = folder.resolve("report.json");

    assertThat(run("--html", page.toString(), "--json", json.toString())).isZero();
    assertThat(out.toString()).contains("complexity", "45.0 %", "1.000 [1.000, 1.000]", " *");
    assertThat(JSON.readTree(json.toFile()).get("prompts").asInt()).isEqualTo(PROMPTS);
    assertThat(page)
        .content()
        .contains("<svg", "<polyline", "<b>complexity</b>", "default-src 'none'")
        .doesNotContain("http://", "https://", "<script", "NaN");
  }

  @Test
  void names_cannotBecomeMarkup() {
    assertThat(HtmlReport.escaped("<b>\"&")).isEqualTo("&lt;b&gt;&quot;&amp;");
  }

  @Test
  void eval_saysWhatIsMissing() throws IOException {
    Path record = Files.writeString(folder.resolve("few.jsonl"), "");
    assertThat(run("--outcomes", record.toString())).isEqualTo(1);
    Files.writeString(record, "{\"id\":\"p0\",\"model\":\"weak\",\"quality\":2}\n");
    assertThat(run("--outcomes", record.toString())).isEqualTo(1);
    assertThat(run("--models", "weak,none")).isEqualTo(1);
    assertThat(run("--prompts", folder.resolve("absent").toString())).isEqualTo(1);
    gateway.removeContext("/v1/models");
    assertThat(run()).isEqualTo(1);

    assertThat(err.toString())
        .contains(
            "no outcome of p0 on strong",
            "few.jsonl: line 1: quality: 2 (expected",
            "expected: some of [strong, weak]",
            "absent: does not exist",
            "status 404");
  }

  private static JsonNode result(JsonNode report, String policy) {
    for (JsonNode result : report.get("results")) {
      if (result.get("policy").asText().equals(policy)) {
        return result;
      }
    }
    throw new AssertionError("no policy " + policy);
  }

  private int run(String... options) {
    List<String> arguments = new ArrayList<>();
    arguments.add("eval");
    arguments.add("--url=http://127.0.0.1:" + gateway.getAddress().getPort());
    if (!List.of(options).contains("--prompts")) {
      arguments.addAll(List.of("--prompts", prompts.toString()));
    }
    arguments.addAll(List.of(options));
    return Fairlead.commandLine()
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(arguments.toArray(String[]::new));
  }
}
