package dev.fairlead.tools.keys;

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
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class KeysCommandTest {

  private static final String KEY =
      "{\"key\":\"fl-secret\",\"id\":\"key_1\",\"tenant\":\"acme\",\"team\":\"search\","
          + "\"status\":\"active\",\"ends_with\":\"cret\",\"name\":\"app\"}";

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private final List<String> asked = new CopyOnWriteArrayList<>();
  private HttpServer server;
  private int status = 200;
  private String answer = KEY;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
      asked.add(
          exchange.getRequestMethod()
              + " "
              + exchange.getRequestURI()
              + " "
              + exchange.getRequestHeaders().getFirst("Authorization")
              + " "
              + body);
      byte[] bytes = answer.getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(status, bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }

  private int keys(String... arguments) {
    List<String> all = new ArrayList<>(List.of("keys"));
    all.addAll(List.of(arguments));
    all.addAll(
        List.of(
            "--url",
            "http://127.0.0.1:" + server.getAddress().getPort() + "/",
            "--admin-token",
            "t0ken"));
    CommandLine command = Fairlead.commandLine();
    command.setOut(new PrintWriter(out, true));
    command.setErr(new PrintWriter(err, true));
    return command.execute(all.toArray(String[]::new));
  }

  @Test
  void create_sendsWhatWasAskedFor_andPrintsTheKey() {
    assertThat(
            keys(
                "create",
                "--name=app",
                "--tenant=acme",
                "--team=search",
                "--models=small,gpt-4*",
                "--expires-in=90d",
                "--requests-per-minute=60",
                "--budget-day=2.50"))
        .isZero();
    assertThat(asked)
        .containsExactly(
            "POST /v1/admin/keys Bearer t0ken {\"name\":\"app\",\"tenant\":\"acme\","
                + "\"team\":\"search\",\"expires_in\":\"90d\",\"models\":[\"small\",\"gpt-4*\"],"
                + "\"requests_per_minute\":60,\"budget_day_usd\":2.50}");
    assertThat(out.toString().lines()).first().isEqualTo("fl-secret");
    assertThat(out.toString()).contains("key_1 of acme/search");
  }

  @Test
  void cacheBounds_areSentWithAKey_andToOne() {
    assertThat(
            keys("create", "--cache-control=no-cache", "--cache-ttl=60", "--cache-similarity=0.95"))
        .isZero();
    assertThat(keys("cache", "key_1", "--cache-scope=faq")).isZero();
    assertThat(keys("cache", "key_1")).isZero();
    assertThat(asked)
        .containsExactly(
            "POST /v1/admin/keys Bearer t0ken {\"cache_control\":\"no-cache\",\"cache_ttl_s\":60,"
                + "\"cache_similarity\":0.95}",
            "POST /v1/admin/keys/key_1/cache Bearer t0ken {\"cache_scope\":\"faq\"}",
            "POST /v1/admin/keys/key_1/cache Bearer t0ken {}");
  }

  @Test
  void rotateAndRevoke_nameTheKey() {
    assertThat(keys("rotate", "key_1", "--grace=1h")).isZero();
    assertThat(keys("revoke", "key_1")).isZero();
    assertThat(asked)
        .containsExactly(
            "POST /v1/admin/keys/key_1/rotate Bearer t0ken {\"grace\":\"1h\"}",
            "POST /v1/admin/keys/key_1/revoke Bearer t0ken {}");
    assertThat(keys("revoke", "../policy")).isEqualTo(2);
    assertThat(asked).hasSize(2);
  }

  @Test
  void list_isATable_withoutAnythingSecret() {
    answer = "{\"keys\":[" + KEY + "],\"quotas\":[{\"tenant\":\"acme\"}]}";
    assertThat(keys("list")).isZero();
    assertThat(out.toString())
        .contains("key_1", "active", "acme/search", "never", "quota {\"tenant\":\"acme\"}")
        .doesNotContain("fl-secret");
  }

  @Test
  void quota_isOfATenant() {
    assertThat(keys("quota", "--tenant=acme", "--concurrent=4")).isZero();
    assertThat(asked)
        .containsExactly(
            "POST /v1/admin/keys/quotas Bearer t0ken {\"tenant\":\"acme\","
                + "\"concurrent_requests\":4}");
  }

  @Test
  void refusal_isToldWithItsReason() {
    status = 400;
    answer = "{\"error\":{\"message\":\"tenant: wrong\"}}";
    assertThat(keys("create")).isEqualTo(1);
    assertThat(err.toString()).contains("answered 400: tenant: wrong").doesNotContain("t0ken");
    status = 404;
    answer = "{}";
    assertThat(keys("list")).isEqualTo(1);
    assertThat(err.toString()).contains("started with ADMIN_TOKEN");
  }
}
