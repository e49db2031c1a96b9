package dev.fairlead.gateway;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.InputStream;
import java.net.Socket;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What clients that write their own bytes may expect of HTTP/1, and what they may not. */
class FramingTest {

  private static final String CHAT = "/v1/chat/completions";
  private static final String JSON = "Content-Type: application/json\r\n";
  private static final String HEAD = "POST " + CHAT + " HTTP/1.1\r\nHost: a\r\n" + JSON;
  private static final String LIST = "GET /v1/models HTTP/1.1\r\nHost: a\r\n";

  private static FakeBackends backends;

  @BeforeAll
  static void start() throws Exception {
    backends = new FakeBackends("");
    await().until(backends.node::ready);
  }

  @AfterAll
  static void stop() throws Exception {
    backends.close();
  }

  @BeforeEach
  void forget() {
    backends.reset();
  }

  private static String body(String text) {
    return "{\"messages\":[{\"role\":\"user\",\"content\":\"" + text + "\"}]}";
  }

  private static String ask(String text, String more) {
    String body = body(text);
    return HEAD + more + "Content-Length: " + body.length() + "\r\n\r\n" + body;
  }

  private static String send(String request) {
    return RawClient.send(backends.node.httpPort(), request);
  }

  private static int count(String text, String part) {
    return text.split(java.util.regex.Pattern.quote(part), -1).length - 1;
  }

  static Stream<Arguments> ambiguous() {
    String chunked = HEAD + "Transfer-Encoding: chunked\r\n\r\n";
    return Stream.of(
        Arguments.of("bare LF after a header", HEAD + "X-Bare: a\nContent-Length: 2\r\n\r\n{}"),
        Arguments.of("bare LF after the request line", LIST.replaceFirst("\r\n", "\n") + "\r\n"),
        Arguments.of("bare CR in a header", HEAD + "X-Bare: a\rb\r\nContent-Length: 2\r\n\r\n{}"),
        Arguments.of("space before a colon", HEAD + "Content-Length : 2\r\n\r\n{}"),
        Arguments.of("NUL in a header", HEAD + "X-Nul: a\0b\r\nContent-Length: 2\r\n\r\n{}"),
        Arguments.of("control in a name", HEAD + "X\u0001-A: b\r\nContent-Length: 2\r\n\r\n{}"),
        Arguments.of("LF in a chunk extension", chunked + "2;a\n\r\n{}\r\n0\r\n\r\n"),
        Arguments.of("chunk ended by a bare LF", chunked + "2\n{}\r\n0\r\n\r\n"),
        Arguments.of("chunk longer than it says", chunked + "1\r\n{}\r\n0\r\n\r\n"),
        Arguments.of("chunk of no number", chunked + "0x2\r\n{}\r\n0\r\n\r\n"),
        Arguments.of("chunk of a huge number", chunked + "fffffffffffffffff\r\n{}\r\n0\r\n\r\n"),
        Arguments.of("folded header", ask("", "X-Folded: a\r\n b\r\n")),
        Arguments.of("fold that says length", ask("", "X-A: a\r\n Content-Length: 1\r\n")),
        Arguments.of("fold with a tab", ask("", "X-A: a\r\n\tTransfer-Encoding: chunked\r\n")),
        Arguments.of("fold of nothing", ask("", "X-A: a\r\n \r\n")),
        Arguments.of("fold before any header", HEAD.replaceFirst("\r\n", "\r\n ") + "\r\n"),
        Arguments.of("fold of the last header", HEAD + "Content-Length: 2\r\n \r\n\r\n{}"),
        Arguments.of("host with a space", LIST.replace("Host: a", "Host: a b") + "\r\n"),
        Arguments.of("host with a path", LIST.replace("Host: a", "Host: a/b") + "\r\n"),
        Arguments.of("host with a user", LIST.replace("Host: a", "Host: u@a") + "\r\n"),
        Arguments.of("other version", LIST.replace("HTTP/1.1", "HTTP/2.0") + "\r\n"),
        Arguments.of("no host in HTTP/1.2", "GET /v1/models HTTP/1.2\r\n\r\n"),
        Arguments.of("no host", LIST.replace("Host: a\r\n", "") + "\r\n"),
        Arguments.of("two hosts", LIST + "Host: b\r\n\r\n"),
        Arguments.of("the same host twice", LIST + "Host: a\r\n\r\n"),
        Arguments.of(
            "chunked twice", HEAD + "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("ambiguous")
  void a15_a16_request_isRefused_andNothingBehindItIsRead(String what, String request) {
    String answer = send(request + LIST + "\r\n");
    assertThat(answer).startsWith("HTTP/1.1 4").contains("\"error\"", "x-request-id");
    assertThat(count(answer, "HTTP/1.1 ")).as(answer).isEqualTo(1);
    assertThat(answer).doesNotContain("\"object\":\"list\"", "<open>");
    assertThat(backends.provider.calls).isEmpty();
  }

  @Test
  void a15_foldedHeader_isRefused_howeverItIsCut() {
    String folded = ask("cut", "X-Folded: a\r\n b\r\n");
    for (int cut = folded.indexOf("X-Folded"); cut < folded.indexOf("Content-Length"); cut++) {
      String answer = RawClient.sendApart(backends.node.httpPort(), folded, cut, cut + 1);
      assertThat(answer).as("cut at %d", cut).startsWith("HTTP/1.1 400").doesNotContain("<open>");
    }
    assertThat(backends.provider.calls).isEmpty();
  }

  @Test
  void a15_linesThatBeginWithSpace_areOrdinary_inBodies() {
    String body = body("lines").replace("{", "{\r\n ").replace(",", ",\n\t") + "\r\n ";
    String length = HEAD + "Content-Length: " + body.length() + "\r\n\r\n" + body;
    String chunk = Integer.toHexString(body.length()) + "\r\n" + body + "\r\n0\r\n\r\n";
    String chunked = HEAD + "Transfer-Encoding: chunked\r\n\r\n" + chunk;
    String answer = send(length + chunked + length + LIST + "Connection: close\r\n\r\n");
    assertThat(count(answer, "HTTP/1.1 200")).as(answer).isEqualTo(4);
    assertThat(backends.provider.calls.getFirst().getRaw().getBody().toStringUtf8())
        .isEqualTo(body);
  }

  @Test
  void a15_host_mayBeAbsentInHttp10_andIsTakenInEveryForm() {
    assertThat(send("GET /v1/models HTTP/1.0\r\n\r\n")).startsWith("HTTP/1.1 200");
    for (String host : List.of("", "a:8080", "[::1]:80", "xn--bcher-kva.example.")) {
      String request = LIST.replace("Host: a", "Host: " + host) + "Connection: close\r\n\r\n";
      assertThat(send(request)).as(host).startsWith("HTTP/1.1 200");
    }
  }

  @Test
  void a16_headerWithAnUnderscore_isOrdinary_andStandsForNoOther() {
    String answer = send(ask("under", "Connection: close\r\nX_Fairlead_Policy: nonsense\r\n"));
    assertThat(answer).startsWith("HTTP/1.1 200");
    assertThat(backends.provider.calls).hasSize(1);
  }

  @Test
  void a18_connect_isNotServed() {
    String answer = send("CONNECT localhost:80 HTTP/1.1\r\nHost: localhost:80\r\n\r\n");
    assertThat(answer).startsWith("HTTP/1.1 4").contains("\"error\"");
  }

  @Test
  void f12_chunkedBody_isRead_howeverItIsCut() {
    String body = body("chunks");
    StringBuilder chunks = new StringBuilder();
    for (char one : body.toCharArray()) {
      chunks.append("1\r\n").append(one).append("\r\n");
    }
    String answer =
        send(
            HEAD
                + "Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
                + chunks
                + "0\r\n\r\n");
    assertThat(answer).startsWith("HTTP/1.1 200");
    assertThat(backends.provider.calls.getFirst().getRaw().getBody().toStringUtf8())
        .isEqualTo(body);
  }

  @Test
  void f12_pipelinedRequests_areAnsweredInTheirOrder() {
    StringBuilder requests = new StringBuilder();
    for (int i = 0; i < 4; i++) {
      requests.append(ask("pipelined " + i, "X-Request-ID: order-" + i + "\r\n"));
    }
    String answer = send(requests + LIST + "X-Request-ID: order-4\r\nConnection: close\r\n\r\n");
    assertThat(count(answer, "HTTP/1.1 200")).as(answer).isEqualTo(5);
    assertThat(answer)
        .containsSubsequence(
            List.of(
                "x-request-id: order-0",
                "x-request-id: order-1",
                "x-request-id: order-2",
                "x-request-id: order-3",
                "x-request-id: order-4",
                "\"object\":\"list\""));
    assertThat(backends.provider.calls)
        .extracting(call -> call.getRaw().getBody().toStringUtf8())
        .containsExactlyInAnyOrder(
            body("pipelined 0"), body("pipelined 1"), body("pipelined 2"), body("pipelined 3"));
  }

  @Test
  void f12_bodyIsAskedFor_whenTheClientExpectsThat() throws Exception {
    String request = ask("continue", "Expect: 100-continue\r\nConnection: close\r\n");
    int body = request.indexOf("\r\n\r\n") + 4;
    try (Socket socket = new Socket("127.0.0.1", backends.node.httpPort())) {
      socket.setSoTimeout(20_000);
      socket.getOutputStream().write(request.substring(0, body).getBytes(UTF_8));
      InputStream in = socket.getInputStream();
      String interim = "HTTP/1.1 100 Continue\r\n\r\n";
      assertThat(new String(in.readNBytes(interim.length()), ISO_8859_1)).isEqualTo(interim);
      assertThat(backends.provider.calls).isEmpty();
      socket.getOutputStream().write(request.substring(body).getBytes(UTF_8));
      assertThat(new String(in.readAllBytes(), ISO_8859_1)).startsWith("HTTP/1.1 200");
    }
    assertThat(backends.provider.calls).hasSize(1);
  }

  @Test
  void f12_otherExpectation_isRefused() {
    assertThat(send(ask("expect", "Expect: the-impossible\r\nConnection: close\r\n")))
        .startsWith("HTTP/1.1 417");
    assertThat(backends.provider.calls).isEmpty();
  }

  @Test
  void f12_refusalAndAnswer_shareAConnection_inEveryOrder() {
    String bad = HEAD + "Content-Length: 1\r\n\r\n{";
    String answer =
        send(ask("one", "") + bad + ask("two", "") + bad + LIST + "Connection: close\r\n\r\n");
    assertThat(answer)
        .containsSubsequence(
            List.of(
                "HTTP/1.1 200", "HTTP/1.1 400", "HTTP/1.1 200", "HTTP/1.1 400", "HTTP/1.1 200"));
  }
}
