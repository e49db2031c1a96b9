package dev.fairlead.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every limit at the door does what its key says. */
class LimitsTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String CHAT = "/v1/chat/completions";
  private static final String GOOD = "{\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";

  private static FakeBackends backends;

  @BeforeAll
  static void start() throws Exception {
    backends =
        new FakeBackends(
            """
            limits:
              max_body_bytes: 400000
              max_headers: 20
              max_request_line: 512
              max_inflate_ratio: 50
              max_depth: 8
              max_number_length: 20
              max_messages: 3
              max_tools: 1
              max_choices: 2
              max_output_tokens: 77
              max_http2_streams: 9
              head_timeout: 1s
              body_timeout: 2s
              idle_timeout: 3s
            """);
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

  @AfterEach
  void nextRequestIsAnswered() {
    // A machine with a lot to do may be slower than the limits of this test.
    await()
        .untilAsserted(
            () -> assertThat(Http.post(backends.url(CHAT), GOOD).statusCode()).isEqualTo(200));
  }

  private static HttpResponse<String> packed(String encoding, byte[] body) {
    return Http.send(
        HttpRequest.newBuilder(URI.create(backends.url(CHAT)))
            .header("content-type", "application/json")
            .header("content-encoding", encoding)
            .POST(HttpRequest.BodyPublishers.ofByteArray(body))
            .build());
  }

  private static byte[] gzip(byte[] body) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (OutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(body);
    }
    return out.toByteArray();
  }

  private static String code(HttpResponse<String> response) throws IOException {
    return JSON.readTree(response.body()).path("error").path("code").asText();
  }

  @Test
  void packedBody_isUnpacked_andPassedOnPlain() throws Exception {
    assertThat(packed("gzip", gzip(GOOD.getBytes(UTF_8))).statusCode()).isEqualTo(200);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (OutputStream zlib = new DeflaterOutputStream(out)) {
      zlib.write(GOOD.replace("hi", "ho").getBytes(UTF_8));
    }
    assertThat(packed("deflate", out.toByteArray()).statusCode()).isEqualTo(200);
    assertThat(backends.provider.calls)
        .extracting(call -> call.getRaw().getBody().toStringUtf8())
        .containsExactly(GOOD, GOOD.replace("hi", "ho"));
  }

  @Test
  void a7_bomb_is413() throws Exception {
    HttpResponse<String> bomb = packed("gzip", gzip(new byte[10_000_000]));
    assertThat(bomb.statusCode()).isEqualTo(413);
    assertThat(code(bomb)).isEqualTo("request_too_large");
    byte[] small = gzip(new byte[100_000]);
    assertThat(small.length * 50).isLessThan(100_000);
    assertThat(packed("gzip", small).statusCode()).isEqualTo(413);
    assertThat(backends.provider.calls).isEmpty();
  }

  @Test
  void a7_damagedBody_is400() throws Exception {
    byte[] packed = gzip(GOOD.getBytes(UTF_8));
    packed[packed.length - 6] ^= 1;
    assertThat(packed("gzip", packed).statusCode()).isEqualTo(400);
    assertThat(packed("gzip", GOOD.getBytes(UTF_8)).statusCode()).isEqualTo(400);
    assertThat(packed("gzip", java.util.Arrays.copyOf(packed, packed.length / 2)).statusCode())
        .isEqualTo(400);
  }

  @Test
  void a16_manyHeaders_are431() {
    String answer =
        RawClient.send(
            backends.node.httpPort(),
            "GET /v1/models HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
                + "X-A: b\r\n".repeat(1000)
                + "\r\n");
    assertThat(answer)
        .startsWith("HTTP/1.1 431")
        .contains("request_header_fields_too_large", "x-request-id");
  }

  @Test
  void a16_longRequestLine_isRefused() {
    String answer =
        RawClient.send(
            backends.node.httpPort(),
            "GET /v1/models?" + "a".repeat(600) + " HTTP/1.1\r\nHost: a\r\n\r\n");
    assertThat(answer).startsWith("HTTP/1.1 4").contains("\"error\"").doesNotContain("<open>");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"x\":[[[[[[[[[1]]]]]]]]]",
        "\"seed\":111111111111111111111",
        "\"n\":3",
        "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\"}},"
            + "{\"type\":\"function\",\"function\":{\"name\":\"g\"}}]",
      })
  void l2_valueBeyondItsLimit_is400(String member) throws Exception {
    HttpResponse<String> response =
        Http.post(backends.url(CHAT), GOOD.replace("}]}", "}]," + member + "}"));
    assertThat(response.statusCode()).isEqualTo(400);
    assertThat(JSON.readTree(response.body()).path("error").path("type").asText())
        .isEqualTo("invalid_request_error");
    assertThat(backends.provider.calls).isEmpty();
  }

  @Test
  void messagesBeyondTheirLimit_are400() {
    String message = "{\"role\":\"user\",\"content\":\"x\"}";
    String four = String.join(",", message, message, message, message);
    assertThat(Http.post(backends.url(CHAT), "{\"messages\":[" + four + "]}").statusCode())
        .isEqualTo(400);
  }

  @Test
  void l2_outputTokens_areClamped() {
    Http.post(backends.url(CHAT), GOOD.replace("}]}", "}],\"max_tokens\":1000000000}"));
    assertThat(backends.provider.calls.getFirst().getMaxOutputTokens()).isEqualTo(77);
  }

  @Test
  void f11_slowHead_isClosed() {
    String answer =
        RawClient.send(
            backends.node.httpPort(), "POST " + CHAT + " HTTP/1.1\r\nHost: a\r\nX-Slow: ");
    assertThat(answer).startsWith("HTTP/1.1 408").doesNotContain("<open>");
  }

  @Test
  void f11_drippingHead_isClosed_thoughItNeverIsIdle() throws Exception {
    try (Socket socket = new Socket("127.0.0.1", backends.node.httpPort())) {
      OutputStream out = socket.getOutputStream();
      out.write(("POST " + CHAT + " HTTP/1.1\r\n").getBytes(UTF_8));
      await()
          .until(() -> {
            try {
              out.write('x');
              return socket.getInputStream().available() > 0;
            } catch (SocketException closed) {
              return true;
            }
          });
    }
  }

  @Test
  void f11_slowBody_isClosed_laterThanASlowHead() {
    long start = System.nanoTime();
    String answer =
        RawClient.send(
            backends.node.httpPort(),
            "POST "
                + CHAT
                + " HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                + "Content-Length: 100\r\n\r\n{\"mess");
    assertThat(answer).startsWith("HTTP/1.1 408").doesNotContain("<open>");
    assertThat(System.nanoTime() - start).isGreaterThan(1_900_000_000L);
    assertThat(backends.provider.calls).isEmpty();
  }

  @Test
  void f11_connectionWithoutARequest_isClosed() {
    assertThat(RawClient.send(backends.node.httpPort(), "")).isEmpty();
  }

  @Test
  void f12_longAnswer_isNotTakenForASlowRequest() {
    backends.provider.live = true;
    try (RawStream client =
        RawStream.post(
            backends.node.httpPort(), CHAT, GOOD.replace("}]}", "}],\"stream\":true}"))) {
      await().until(() -> !backends.provider.upstreams.isEmpty());
      await().pollDelay(java.time.Duration.ofMillis(3300)).until(() -> true);
      backends.provider.upstreams.getFirst().say("late");
      backends.provider.upstreams.getFirst().finish();
      await().untilAsserted(() -> assertThat(client.text()).contains("late", "[DONE]"));
    } finally {
      backends.provider.live = false;
    }
  }

  private static RawHttp2 http2() throws IOException {
    return RawHttp2.connect(backends.node.httpPort());
  }

  @Test
  void http2Streams_areAnnouncedAsLimited() throws Exception {
    try (RawHttp2 connection = http2()) {
      RawHttp2.Frame settings = connection.read();
      assertThat(settings.type()).isEqualTo(RawHttp2.SETTINGS);
      Map<Integer, Integer> values = new java.util.HashMap<>();
      ByteBuffer payload = ByteBuffer.wrap(settings.payload());
      while (payload.hasRemaining()) {
        values.put((int) payload.getShort(), payload.getInt());
      }
      assertThat(values).containsEntry(3, 9);
    }
  }

  @Test
  void f11_slowBody_overHttp2_endsTheStream_andNotTheConnection() throws Exception {
    try (RawHttp2 connection = http2()) {
      connection.post(1);
      connection.send(RawHttp2.DATA, 0, 1, "{\"mess".getBytes(UTF_8));
      assertThat(connection.read(RawHttp2.DATA).text()).contains("\"code\":\"request_timeout\"");
    }
    assertThat(backends.provider.calls).isEmpty();
  }

  @Test
  void connectionsBeyondTheirLimit_areClosed() throws Exception {
    try (FakeBackends few = new FakeBackends("limits: {max_connections: 2}\n");
        Socket first = new Socket("127.0.0.1", few.node.httpPort());
        Socket second = new Socket("127.0.0.1", few.node.httpPort())) {
      await()
          .until(() -> {
            try (Socket third = new Socket("127.0.0.1", few.node.httpPort())) {
              third.setSoTimeout(500);
              return third.getInputStream().read() < 0;
            } catch (SocketException reset) {
              return true;
            } catch (java.net.SocketTimeoutException open) {
              return false;
            }
          });
      assertThat(first.isConnected() && second.isConnected()).isTrue();
    }
  }
}
