package dev.fairlead.gateway;

import static dev.fairlead.gateway.RawHttp2.CONTINUATION;
import static dev.fairlead.gateway.RawHttp2.DATA;
import static dev.fairlead.gateway.RawHttp2.END_HEADERS;
import static dev.fairlead.gateway.RawHttp2.END_STREAM;
import static dev.fairlead.gateway.RawHttp2.HEADERS;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Headers over HTTP/2 that are larger than {@code limits.max_header_bytes}. */
class Http2HeadersTest {

  /** With its name and what RFC 9113 adds, 135 bytes. */
  private static final int VALUE = 100;

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

  private static byte[] headers(int count) {
    ByteArrayOutputStream block = new ByteArrayOutputStream();
    for (int i = 0; i < count; i++) {
      block.write(0);
      block.write(3);
      block.writeBytes("x-a".getBytes(UTF_8));
      block.write(VALUE);
      block.writeBytes("a".repeat(VALUE).getBytes(UTF_8));
    }
    return block.toByteArray();
  }

  @Test
  void a16_headersBeyondTheLimit_are431_andTheConnectionLives() throws Exception {
    try (RawHttp2 connection = RawHttp2.connect(backends.node.httpPort())) {
      connection.send(HEADERS, END_STREAM, 1, RawHttp2.postHead());
      connection.send(CONTINUATION, END_HEADERS, 1, headers(130));
      RawHttp2.Frame refusal = connection.read(HEADERS);
      assertThat(refusal.stream()).isEqualTo(1);
      assertThat(refusal.text()).contains("431");
      connection.post(3, "{\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}");
      RawHttp2.Frame answer = connection.read(DATA);
      assertThat(answer.stream()).isEqualTo(3);
      assertThat(answer.text()).contains("\"content\":\"ok\"");
    }
  }

  /** Nobody can read on in a block that was not read to its end. */
  @Test
  void a16_headersFarBeyondTheLimit_endTheConnection() throws Exception {
    try (RawHttp2 connection = RawHttp2.connect(backends.node.httpPort())) {
      connection.send(HEADERS, END_STREAM, 1, RawHttp2.postHead());
      connection.send(CONTINUATION, 0, 1, headers(130));
      connection.send(CONTINUATION, END_HEADERS, 1, headers(130));
      assertThat(connection.goAwayCode()).isNotZero();
    }
  }
}
