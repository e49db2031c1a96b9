package dev.fairlead.tools.eval;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** On made-up outcomes whose strong model is better at sums, and only there. */
class BenchmarkRoutingCommandTest {

  private static final JsonMapper JSON = new JsonMapper();

  @TempDir private Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @BeforeEach
  void write() throws IOException {
    write("gsm8k", 60);
    write("own_source", 60);
  }

  @Test
  void benchmark_findsTheRule_andItsControlsDoNot() throws IOException {
    int code = run("--json", "--vectors", folder.resolve("vectors").toString());

    assertThat(err.toString()).isEmpty();
    assertThat(code).isZero();
    Map<String, Double> apgr = apgrs();
    assertThat(apgr.get("in domain/own_source")).isGreaterThan(0.7);
    assertThat(apgr.get("own labels/own_source")).isGreaterThan(0.65);
    assertThat(apgr.get("shuffled/own_source")).isBetween(0.3, 0.68);
    assertThat(apgr).containsKeys("prior/gsm8k", "shipped/macro", "length/gsm8k", "random/macro");
    assertThat(apgr.get("in domain/macro")).isGreaterThan(0.7);
  }

  @Test
  void benchmark_givesTheSame_whenVectorsAreReadFromTheFile() throws IOException {
    String vectors = folder.resolve("vectors").toString();
    run("--json", "--heads", "IN_DOMAIN", "--vectors", vectors);
    Map<String, Double> first = apgrs();
    out.getBuffer().setLength(0);
    run("--json", "--heads", "IN_DOMAIN", "--vectors", vectors);

    assertThat(apgrs()).isEqualTo(first);
  }

  @Test
  void benchmark_asksTheGateway_andScoresAsManyPromptsAsWanted() throws IOException {
    HttpServer gateway =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    gateway.createContext(
        "/v1/route",
        exchange -> {
          String body =
              new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
          byte[] answer =
              "{\"complexity\":%s}"
                  .formatted(body.contains("Compute") ? 0.9 : 0.1)
                  .getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, answer.length);
          exchange.getResponseBody().write(answer);
          exchange.close();
        });
    gateway.start();
    try {
      String url = "http://127.0.0.1:" + gateway.getAddress().getPort();
      int code = run("--heads", "RANDOM", "--samples", "20", "--json", "--url", url);

      assertThat(code).isZero();
      assertThat(apgrs().get("gateway/gsm8k")).isGreaterThan(0.7);
      assertThat(JSON.readTree(out.toString()).at("/results/0/prompts").asInt()).isEqualTo(20);
    } finally {
      gateway.stop(0);
    }
  }

  @Test
  void benchmark_printsPublishedFiguresBesideItsOwn() {
    assertThat(run("--heads", "RANDOM,LENGTH")).isZero();
    assertThat(out.toString()).contains("APGR", "CPT80", "length", "arXiv 2406.18665", ".603");
  }

  @Test
  void vectorsFile_hasNoFeatures_whichMayBeComputedOtherwiseNextTime() throws IOException {
    Path vectors = folder.resolve("vectors");
    run("--heads", "LENGTH", "--vectors", vectors.toString());

    int hash = 32;
    assertThat(vectors).hasSize(hash + 120L * 384 * Float.BYTES);
  }

  @Test
  void benchmark_saysWhatIsWrong_whenNothingIsToBeScored() {
    assertThat(run("--heads", "RANDOM", "--samples", "0")).isEqualTo(2);
    assertThat(run("--heads", "RANDOM", "--price-ratio", "NaN")).isEqualTo(2);
    assertThat(err.toString())
        .contains("--samples 0 (expected: 1 or more)", "--price-ratio NaN (expected: 0 or more)");
  }

  @Test
  void benchmark_fails_whenThereIsNoData() throws IOException {
    Path empty = Files.createDirectory(folder.resolve("empty"));
    int code =
        new CommandLine(new BenchmarkRoutingCommand())
            .setErr(new PrintWriter(err, true))
            .execute("--data", empty.toString());

    assertThat(code).isEqualTo(1);
    assertThat(err.toString()).contains("routing_*.jsonl.gz");
  }

  private Map<String, Double> apgrs() throws IOException {
    Map<String, Double> apgrs = new TreeMap<>();
    for (JsonNode result : JSON.readTree(out.toString()).get("results")) {
      apgrs.put(
          result.get("head").asText() + "/" + result.get("source").asText(),
          result.get("apgr").asDouble());
    }
    return apgrs;
  }

  private int run(String... options) {
    String[] arguments = new String[options.length + 4];
    System.arraycopy(options, 0, arguments, 4, options.length);
    System.arraycopy(new String[] {"--data", folder.toString(), "--seed", "7"}, 0, arguments, 0, 4);
    return new CommandLine(new BenchmarkRoutingCommand())
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(arguments);
  }

  private void write(String source, int prompts) throws IOException {
    Random random = new Random(source.hashCode());
    Path file = folder.resolve("routing_" + source + ".jsonl.gz");
    try (Writer writer =
        new OutputStreamWriter(
            new GZIPOutputStream(Files.newOutputStream(file)), StandardCharsets.UTF_8)) {
      for (int i = 0; i < prompts; i++) {
        boolean sum = i % 2 == 0;
        String prompt =
            sum
                ? "Compute %d + %d".formatted(i, random.nextInt(100))
                : "Name river number %d".formatted(random.nextInt(100));
        writer.write(
            """
            {"id":"%s-%d","source":"%s","prompt":"%s","strong_score":1,"weak_score":%d}
            """
                .formatted(source, i, source, prompt, sum ? 0 : 1));
      }
    }
  }
}
