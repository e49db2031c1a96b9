package dev.fairlead.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.fairlead.common.config.ConfigException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A gateway whose administration has a port of its own. */
class AdminPortTest {

  private static final String TOKEN = "correct-horse-battery-staple";
  private static final String SECURITY = "security: { admin_token: " + TOKEN + " }";
  private static FakeBackends backends;

  @BeforeAll
  static void start() throws Exception {
    backends = new FakeBackends(SECURITY, 0, "bind: \"127.0.0.1\", admin_port: 0");
    await().until(backends.node::ready);
  }

  @AfterAll
  static void stop() throws Exception {
    backends.close();
  }

  private static String admin(String path) {
    return "http://127.0.0.1:" + backends.node.adminPort() + path;
  }

  private static HttpResponse<String> get(String url) {
    return Http.get(url, "authorization", "Bearer " + TOKEN);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/v1/admin/status",
        "/v1/admin/config",
        "/v1/admin/keys",
        "/v1/admin/policy",
        "/ui",
        "/ui/api/overview"
      })
  void steering_isOnTheAdminPortAlone(String path) {
    assertThat(get(backends.url(path)).statusCode()).isEqualTo(404);
    assertThat(get(admin(path)).statusCode()).isEqualTo(200);
  }

  @Test
  void flush_isOnTheAdminPortAlone() {
    String[] headers = {"authorization", "Bearer " + TOKEN, "content-type", "application/json"};
    assertThat(Http.post(backends.url("/cache/flush"), "{}", headers).statusCode()).isEqualTo(404);
    assertThat(Http.post(admin("/cache/flush"), "{}", headers).statusCode()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/v1/models", "/health", "/healthz", "/readyz", "/metrics"})
  void everythingElse_isOnBoth(String path) {
    assertThat(Http.get(backends.url(path)).statusCode()).isEqualTo(200);
    assertThat(Http.get(admin(path)).statusCode()).isEqualTo(200);
  }

  @Test
  void token_isAskedForOnTheAdminPortAsWell() {
    assertThat(Http.get(admin("/v1/admin/status")).statusCode()).isEqualTo(401);
  }

  @Test
  void start_isRefusedByName_whenTheAdminPortIsTaken() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String server = "bind: \"127.0.0.1\", admin_port: " + taken.getLocalPort();
      assertThatThrownBy(() -> new FakeBackends(SECURITY, 0, server))
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining("server.admin_port")
          .hasMessageContaining(String.valueOf(taken.getLocalPort()));
    }
  }

  @Test
  void withoutAPortOfItsOwn_administrationIsOnThePublicOne() throws Exception {
    try (FakeBackends one = new FakeBackends(SECURITY)) {
      assertThat(one.node.adminPort()).isEqualTo(one.node.httpPort());
      assertThat(get(one.url("/v1/admin/status")).statusCode()).isEqualTo(200);
    }
  }
}
