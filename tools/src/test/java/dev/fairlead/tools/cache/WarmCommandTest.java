package dev.fairlead.tools.cache;

import static org.assertj.core.api.Assertions.assertThat;

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
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class WarmCommandTest {

  @TempDir Path folder;

  private final List<String> requests = new CopyOnWriteArrayList<>();
  private final List<String> headers = new CopyOnWriteArrayList<>();
  private final Set<String> known = ConcurrentHashMap.newKeySet();
  private final AtomicInteger underWay = new AtomicInteger();
  private final AtomicInteger mostUnderWay = new AtomicInteger();
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private HttpServer gateway;

  @BeforeEach
  void startGateway() throws IOException {
    gateway = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    gateway.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    gateway.createContext("/", this::answer);
    gateway.start();
  }

  @AfterEach
  void stopGateway() {
    gateway.stop(0);
  }

  /** Knows what it was asked before, and refuses what holds "bad". */
  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      mostUnderWay.accumulateAndGet(underWay.incrementAndGet(), Math::max);
      String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
      String request = exchange.getRequestURI().getPath() + " " + body;
      requests.add(request);
      headers.add(
          exchange.getRequestHeaders().getFirst("Authorization")
              + " "
              + exchange.getRequestHeaders().getFirst("X-Fairlead-Cache-Ttl"));
      exchange.getResponseHeaders().add("X-Fairlead-Cache", known.add(request) ? "miss" : "hit");
      exchange.getResponseHeaders().add("X-Query-Cost", "0.0005");
      byte[] answer =
          "{\"error\":{\"message\":\"no such model\"}}".getBytes(StandardCharsets.UTF_8);
      underWay.decrementAndGet();
      exchange.sendResponseHeaders(body.contains("bad") ? 404 : 200, answer.length);
      exchange.getResponseBody().write(answer);
    }
  }

  private int warm(List<String> lines, String... options) throws IOException {
    Path file = Files.write(folder.resolve("requests.jsonl"), lines);
    List<String> arguments = new ArrayList<>(List.of("cache", "warm", file.toString()));
    arguments.addAll(List.of("--url", "http://127.0.0.1:" + gateway.getAddress().getPort()));
    arguments.addAll(List.of(options));
    CommandLine command = Fairlead.commandLine();
    command.setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    return command.execute(arguments.toArray(String[]::new));
  }

  @Test
  void bodies_goOutUnchanged_toTheEndpointTheyAreFor() throws IOException {
    int exit =
        warm(
            List.of(
                "{\"messages\": [],  \"model\":\"gpt-4o\"}",
                "{\"prompt\":\"hi\"}",
                "",
                "{\"input\":\"hi\"}",
                "{\"path\":\"/v1/messages\",\"body\":{\"messages\":[]}}"),
            "--concurrency",
            "1");
    assertThat(exit).isZero();
    assertThat(requests)
        .containsExactly(
            "/v1/chat/completions {\"messages\": [],  \"model\":\"gpt-4o\"}",
            "/v1/completions {\"prompt\":\"hi\"}",
            "/v1/responses {\"input\":\"hi\"}",
            "/v1/messages {\"messages\":[]}");
    assertThat(out.toString())
        .startsWith("4 requests: 4 new answers, 0 known already, 0 past the cache, 0 failed")
        .contains("cost 0.002 USD");
  }

  @Test
  void plainLines_arePrompts() throws IOException {
    assertThat(warm(List.of("What is \"up\"?"), "--model", "gpt-4o")).isZero();
    assertThat(requests)
        .containsExactly(
            "/v1/chat/completions {\"model\":\"gpt-4o\",\"messages\":[{\"role\":\"user\","
                + "\"content\":\"What is \\\"up\\\"?\"}]}");
  }

  @Test
  void keyAndTtl_goWithEveryRequest() throws IOException {
    assertThat(warm(List.of("a", "b"), "--key", "fl-secret", "--ttl", "3600")).isZero();
    assertThat(headers).containsExactly("Bearer fl-secret 3600", "Bearer fl-secret 3600");
    assertThat(out + "" + err).doesNotContain("fl-secret");
  }

  @Test
  void failures_areNamedByLine_andTheOthersAreSentAllTheSame() throws IOException {
    int exit = warm(List.of("one", "{\"messages\":", "bad", "{\"nothing\":1}", "two", "one"));
    assertThat(exit).isEqualTo(1);
    assertThat(err.toString())
        .contains(
            "line 2: not JSON", "line 3: no such model (HTTP 404)", "line 4: neither messages");
    assertThat(out.toString()).startsWith("6 requests: 2 new answers, 1 known already");
  }

  @Test
  void requestsUnderWay_stayWithinTheirNumber() throws IOException {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      lines.add("question " + i);
    }
    assertThat(warm(lines, "--concurrency", "3")).isZero();
    assertThat(requests).hasSize(60);
    assertThat(mostUnderWay.get()).isBetween(1, 3);
  }

  @Test
  void usage_isWrong_whenTheFileIsMissing_orAnOptionIsOutOfRange() throws IOException {
    Files.deleteIfExists(folder.resolve("requests.jsonl"));
    CommandLine command = Fairlead.commandLine();
    command.setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    assertThat(command.execute("cache", "warm", folder.resolve("none").toString())).isEqualTo(2);
    assertThat(err.toString()).contains("cannot be read");
    assertThat(warm(List.of("a"), "--concurrency", "0")).isEqualTo(2);
    assertThat(command.execute("cache")).isEqualTo(2);
  }

  @Test
  void gatewayAway_isAFailureForEveryLine() throws IOException {
    gateway.stop(0);
    assertThat(warm(List.of("a", "b"))).isEqualTo(1);
    assertThat(out.toString()).contains("2 failed");
  }
}
