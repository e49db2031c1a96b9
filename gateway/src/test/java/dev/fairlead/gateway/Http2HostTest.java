package dev.fairlead.gateway;

import static dev.fairlead.gateway.RawHttp2.DATA;
import static dev.fairlead.gateway.RawHttp2.END_HEADERS;
import static dev.fairlead.gateway.RawHttp2.END_STREAM;
import static dev.fairlead.gateway.RawHttp2.HEADERS;
import static dev.fairlead.gateway.RawHttp2.RST_STREAM;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A request over HTTP/2 may name its host in two places (RFC 9113, section 8.3.1). */
class Http2HostTest {

  private static final byte[] BODY =
      "{\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}".getBytes(UTF_8);

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

  /** What the first stream is answered: text, or that it was reset. */
  private static String answer(@Nullable String authority, String... hosts) throws IOException {
    try (RawHttp2 connection = RawHttp2.connect(backends.node.httpPort())) {
      connection.send(HEADERS, END_HEADERS, 1, RawHttp2.postHead(authority, hosts));
      connection.send(DATA, END_STREAM, 1, BODY);
      RawHttp2.Frame frame = connection.read();
      while (frame.type() != DATA && frame.type() != RST_STREAM) {
        frame = connection.read();
      }
      return frame.type() == DATA ? frame.text() : "reset " + frame.error();
    }
  }

  @Test
  void a16_differentHosts_are400() throws Exception {
    assertThat(answer("a", "b")).contains("invalid_request_error", "ambiguous_host");
    assertThat(answer("a", "a", "b")).contains("invalid_request_error", "ambiguous_host");
    assertThat(backends.provider.calls).isEmpty();
  }

  @Test
  void a16_sameHost_isServed_whereverItStands() throws Exception {
    assertThat(answer("a", "a")).contains("\"content\":\"ok\"");
    assertThat(answer("a.example", "A.Example")).contains("\"content\":\"ok\"");
    assertThat(answer(null, "a")).contains("\"content\":\"ok\"");
    assertThat(answer("a")).contains("\"content\":\"ok\"");
  }

  @Test
  void a16_twoHosts_areRefused_withoutAuthority() throws Exception {
    assertThat(answer(null, "a", "b")).contains("invalid_request_error", "ambiguous_host");
    assertThat(backends.provider.calls).isEmpty();
  }
}
