package dev.fairlead.tools.ask;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.tools.Fairlead;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class AskCommandTest {

  private static final Map<String, String> FACTS =
      Map.of(
          "Content-Type", "application/json",
          "X-Model-Used", "gpt-4o-mini",
          "X-Query-Cost", "0.000012",
          "X-Fairlead-Saved", "0.00031",
          "X-Fairlead-Cache", "miss",
          "X-Fairlead-Complexity", "0.12");
  private static final String ANSWER =
      """
      {"choices":[{"index":0,"finish_reason":"stop",
        "message":{"role":"assistant","content":"Paris, d\u00e9j\u00e0."}}]}\
      """;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void answer_isPrintedWithItsFacts_whenTheGatewayAnswers() throws IOException {
    try (FakeGateway gateway = FakeGateway.answering(200, FACTS, ANSWER)) {
      assertThat(ask(gateway, "Capital of France?")).isZero();

      assertThat(out.toString().lines().toList()).hasSize(2).startsWith("Paris, d\u00e9j\u00e0.");
      assertThat(out.toString())
          .containsPattern(
              "model gpt-4o-mini, cost 0.000012 USD, saved 0.00031 USD, cache miss, complexity"
                  + " 0.12, latency \\d+ ms");
      assertThat(gateway.question().toString())
          .isEqualTo(
              "{\"model\":\"auto\",\"messages\":[{\"role\":\"user\",\"content\":\"Capital of"
                  + " France?\"}]}");
      assertThat(gateway.credentials()).containsExactly("null");
    }
  }

  @Test
  void wishes_areSent_whenGivenAsOptions() throws IOException {
    try (FakeGateway gateway = FakeGateway.answering(200, FACTS, ANSWER)) {
      assertThat(ask(gateway, "hi", "--model", "gpt-4o", "--policy", "cheapest", "--key", "fl-1"))
          .isZero();

      assertThat(gateway.question().path("model").asText()).isEqualTo("gpt-4o");
      assertThat(gateway.question().path("fairlead").path("policy").asText()).isEqualTo("cheapest");
      assertThat(gateway.credentials()).containsExactly("Bearer fl-1");
    }
  }

  @Test
  void stream_isPrintedAndItsLateFactsRead_whenAskedFor() throws IOException {
    String events =
        """
        : keep-alive

        data: {"choices":[{"delta":{"role":"assistant","content":""}}]}

        data: {"choices":[{"delta":{"content":"Pa"}}]}

        data: {"choices":[{"delta":{"content":"ris"},"finish_reason":"stop"}]}

        data: {"choices":[],"usage":{"total_tokens":9},"fairlead":{"cost_usd":0.00000002,"saved_usd":0.5}}

        data: [DONE]

        """;
    try (FakeGateway gateway = streaming(events)) {
      assertThat(ask(gateway, "x", "--stream")).isZero();

      assertThat(out.toString()).startsWith("Paris" + System.lineSeparator());
      assertThat(out.toString())
          .contains("model gpt-4o, cost 0.00000002 USD, saved 0.5 USD, cache -");
      assertThat(gateway.question().path("stream").asBoolean()).isTrue();
      assertThat(gateway.question().path("stream_options").path("include_usage").asBoolean())
          .isTrue();
    }
  }

  @Test
  void stream_isAFailure_whenItTellsAnErrorOrEndsEarly() throws IOException {
    try (FakeGateway gateway =
        streaming("data: {\"error\":{\"message\":\"upstream went away\"}}\n\n")) {
      assertThat(ask(gateway, "x", "--stream")).isEqualTo(1);
      assertThat(err.toString()).contains("upstream went away");
    }
    try (FakeGateway gateway =
        streaming("data: {\"choices\":[{\"delta\":{\"content\":\"Pa\"}}]}\n\n")) {
      assertThat(ask(gateway, "x", "--stream")).isEqualTo(1);
      assertThat(err.toString()).contains("the stream ended before the answer was complete");
    }
  }

  @Test
  void refusal_isToldWithStatusAndRequestId_whenTheGatewayRefuses() throws IOException {
    Map<String, String> headers = Map.of("Content-Type", "application/json", "X-Request-ID", "r-7");
    String body =
        "{\"error\":{\"message\":\"unknown model `gpt-9`\",\"code\":\"model_not_found\"}}";
    try (FakeGateway gateway = FakeGateway.answering(404, headers, body)) {
      assertThat(ask(gateway, "x", "--model", "gpt-9")).isEqualTo(1);

      assertThat(err.toString().strip())
          .isEqualTo("fairlead ask: unknown model `gpt-9` (HTTP 404, request r-7)");
      assertThat(out.toString()).isEmpty();
    }
  }

  @Test
  void nonsense_isTold_whenSomethingElseListens() throws IOException {
    try (FakeGateway gateway =
        FakeGateway.answering(200, Map.of("Content-Type", "text/html"), "<html>")) {
      assertThat(ask(gateway, "x")).isEqualTo(1);
      assertThat(err.toString()).contains("the answer is not JSON");
    }
  }

  @Test
  void absence_isExplained_whenNoGatewayRuns() throws IOException {
    int unused;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      unused = socket.getLocalPort();
    }
    assertThat(run("ask", "hi", "--url", "http://127.0.0.1:" + unused)).isEqualTo(1);
    assertThat(err.toString())
        .contains("no gateway answers at http://127.0.0.1:" + unused)
        .contains("./fairlead up");
  }

  @Test
  void usage_isShown_whenTheCommandLineIsWrong() {
    assertThat(run("ask", "hi", "--url", "localhost:8080")).isEqualTo(2);
    assertThat(err.toString()).contains("--url: localhost:8080 (expected: an http or https URL");
    assertThat(run("ask")).isEqualTo(2);
    assertThat(run()).isEqualTo(2);
    assertThat(run("--help")).isZero();
    assertThat(out.toString()).contains("ask");
  }

  private static FakeGateway streaming(String events) throws IOException {
    return FakeGateway.answering(
        200, Map.of("Content-Type", "text/event-stream", "X-Model-Used", "gpt-4o"), events);
  }

  private int ask(FakeGateway gateway, String... arguments) {
    List<String> all = new ArrayList<>(List.of("ask", "--url", gateway.url()));
    all.addAll(List.of(arguments));
    return run(all.toArray(String[]::new));
  }

  private int run(String... arguments) {
    CommandLine commands = Fairlead.commandLine();
    commands.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
    return commands.execute(arguments);
  }
}
