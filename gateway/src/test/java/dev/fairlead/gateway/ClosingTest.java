package dev.fairlead.gateway;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How HTTP/1 connections end: at once after their last response, and without losing it. */
class ClosingTest {

  private static final String CHAT = "POST /v1/chat/completions HTTP/1.1|Host: a|";
  private static final String JSON = "Content-Type: application/json|";
  private static FakeBackends backends;

  @BeforeAll
  static void start() throws Exception {
    backends =
        new FakeBackends(
            """
            security: { admin_token: correct-horse-battery-staple }
            limits: { max_body_bytes: 100000 }
            """);
    await().until(backends.node::ready);
  }

  @AfterAll
  static void stop() throws Exception {
    backends.close();
  }

  /** What a request is answered with, and how long its connection lives on. */
  private static Duration closes(byte[] request, int status) {
    long start = System.nanoTime();
    assertThat(RawClient.send(backends.node.httpPort(), request))
        .startsWith("HTTP/1.1 " + status + " ")
        .containsIgnoringCase("connection: close")
        .doesNotContain("<open>", "<reset>");
    return Duration.ofNanos(System.nanoTime() - start);
  }

  /** Whoever waits for a grace of seconds never does; a busy machine does now and then. */
  private static void closesAtOnce(String request, int status) {
    byte[] bytes = request.replace("|", "\r\n").getBytes(ISO_8859_1);
    await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> closes(bytes, status).compareTo(Duration.ofMillis(1500)) < 0);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      value = {
        "400 ~ POST /v1/admin;a=b/policy HTTP/1.1|Host: a|" + JSON + "Content-Length: 2|",
        "400 ~ " + CHAT + JSON + "Content-Length: 2|",
        "401 ~ POST /v1/admin/policy HTTP/1.1|Host: a|" + JSON + "Content-Length: 2|",
        "404 ~ POST /v1/nothing HTTP/1.1|Host: a|" + JSON + "Content-Length: 2|",
        "405 ~ PUT /v1/chat/completions HTTP/1.1|Host: a|" + JSON + "Content-Length: 2|",
        "415 ~ " + CHAT + "Content-Type: text/plain|Content-Length: 2|",
        "415 ~ " + CHAT + JSON + "Content-Encoding: br|Content-Length: 2|",
      })
  void refusal_closesTheConnectionAtOnce_whenTheClientWantsItClosed(int status, String head) {
    closesAtOnce(head.strip() + "Connection: close||{}", status);
  }

  @Test
  void answer_closesTheConnectionAtOnce_whenTheClientWantsItClosed() {
    closesAtOnce("GET /v1/models HTTP/1.1|Host: a|Connection: close||", 200);
  }

  @Test
  void malformedRequest_closesTheConnectionAtOnce() {
    closesAtOnce("GET /v1/models HTTP/1.1|Host: a|X-Long: " + "a".repeat(100_000) + "||", 431);
    closesAtOnce(CHAT + JSON + "Content-Length: x||", 400);
    closesAtOnce(CHAT + JSON + "Transfer-Encoding: chunked||zz||", 400);
    closesAtOnce(CHAT + JSON + "Content-Length: 100001||", 413);
  }

  @Test
  void a6_refusal_isRead_byAClientThatIsStillSending() {
    String head = (CHAT + JSON + "Content-Length: 3000000||").replace("|", "\r\n");
    assertThat(
            RawClient.send(
                backends.node.httpPort(),
                head.getBytes(ISO_8859_1),
                new byte[1_000_000],
                new byte[1_000_000],
                new byte[1_000_000]))
        .startsWith("HTTP/1.1 413 ")
        .contains("\"error\"")
        .doesNotContain("<open>", "<reset>");
  }

  @Test
  void a6_clientThatGoesOnSending_isCutOffInTheEnd() throws Exception {
    try (Socket socket = new Socket("127.0.0.1", backends.node.httpPort())) {
      String head = CHAT + JSON + "Content-Length: 3000000||";
      socket.getOutputStream().write(head.replace("|", "\r\n").getBytes(ISO_8859_1));
      await().atMost(Duration.ofSeconds(30)).until(() -> !accepts(socket));
    }
  }

  private static boolean accepts(Socket socket) {
    try {
      socket.getOutputStream().write('x');
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
