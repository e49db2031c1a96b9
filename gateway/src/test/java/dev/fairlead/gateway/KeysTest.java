package dev.fairlead.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fairlead.common.rpc.RpcChannels;
import dev.fairlead.v1.ChatRequest;
import dev.fairlead.v1.ContentPart;
import dev.fairlead.v1.GenerateRequest;
import dev.fairlead.v1.InferenceServiceGrpc;
import dev.fairlead.v1.LookupRequest;
import dev.fairlead.v1.Message;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.MetadataUtils;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KeysTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final String TOKEN = AdminKeys.TOKEN;
  private static final String CHAT =
      "{\"model\":\"%s\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";
  private static FakeBackends backends;
  private static String anyKey = "";

  @BeforeAll
  static void start() throws Exception {
    backends = new FakeBackends(AdminKeys.CONFIG);
    await().until(backends.node::ready);
    anyKey = create("{\"name\":\"first\"}").get("key").asText();
  }

  @AfterAll
  static void stop() throws Exception {
    backends.close();
  }

  @BeforeEach
  void forget() {
    backends.reset();
  }

  private static HttpResponse<String> admin(String path, String body) {
    return new AdminKeys(backends).post(path, body);
  }

  private static JsonNode create(String body) throws Exception {
    return new AdminKeys(backends).create(body);
  }

  private static HttpResponse<String> chat(String model, String... headers) {
    List<String> all = new ArrayList<>(List.of(headers));
    all.addAll(List.of("content-type", "application/json"));
    return Http.post(
        backends.url("/v1/chat/completions"), CHAT.formatted(model), all.toArray(String[]::new));
  }

  private static HttpResponse<String> withKey(String model, String key) {
    return chat(model, "authorization", "Bearer " + key);
  }

  @Test
  void key_isShownOnce_andNeverAgain() throws Exception {
    JsonNode made = create("{\"name\":\"app\",\"tenant\":\"acme\",\"team\":\"search\"}");
    String key = made.get("key").asText();
    assertThat(key).startsWith("fl-").hasSize(46);
    HttpResponse<String> list =
        Http.get(backends.url("/v1/admin/keys"), "authorization", "Bearer " + TOKEN);
    assertThat(list.body())
        .contains(made.get("id").asText())
        .contains("\"ends_with\":\"" + key.substring(42) + "\"")
        .doesNotContain(key)
        .doesNotContain(key.substring(3, 42));
    assertThat(withKey("auto", key).statusCode()).isEqualTo(200);
  }

  @ParameterizedTest
  @CsvSource({
    "/v1/chat/completions,error.code,invalid_api_key",
    "/v1/completions,error.code,invalid_api_key",
    "/v1/responses,error.code,invalid_api_key",
    "/v1/embeddings,error.code,invalid_api_key",
    "/v1/messages,error.type,authentication_error",
    "/v1/messages/count_tokens,error.type,authentication_error",
    "/v1/batch,error.code,invalid_api_key",
    "/v1/infer,error.code,invalid_api_key",
    "/v1/route,error.code,invalid_api_key",
    "/v1/feedback,error.code,invalid_api_key"
  })
  void withoutAKey_everyDialectSays401(String path, String field, String value) throws Exception {
    for (String credential : List.of("", "Bearer wrong", "Basic dXNlcjpwYXNz", TOKEN)) {
      String[] headers =
          credential.isEmpty()
              ? new String[] {"content-type", "application/json"}
              : new String[] {"content-type", "application/json", "authorization", credential};
      HttpResponse<String> response = Http.post(backends.url(path), "{}", headers);
      assertThat(response.statusCode()).as(response.body()).isEqualTo(401);
      assertThat(JSON.readTree(response.body()).at("/" + field.replace('.', '/')).asText())
          .isEqualTo(value);
    }
    assertThat(backends.provider.calls).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"authorization", "x-api-key", "api-key"})
  void key_isTakenFromEveryHeaderThatClientsUse(String header) {
    String value = header.equals("authorization") ? "Bearer " + anyKey : anyKey;
    assertThat(chat("auto", header, value).statusCode()).isEqualTo(200);
  }

  @Test
  void modelsAreListedForHoldersOfAKeyOnly_healthForAll() {
    assertThat(Http.get(backends.url("/v1/models")).statusCode()).isEqualTo(401);
    assertThat(Http.get(backends.url("/v1/models"), "x-api-key", anyKey).statusCode())
        .isEqualTo(200);
    assertThat(Http.get(backends.url("/healthz")).statusCode()).isEqualTo(200);
  }

  @Test
  void revokedKey_isRefused() throws Exception {
    JsonNode made = create("{}");
    String key = made.get("key").asText();
    assertThat(withKey("auto", key).statusCode()).isEqualTo(200);
    assertThat(admin("/" + made.get("id").asText() + "/revoke", "").statusCode()).isEqualTo(200);
    assertThat(withKey("auto", key).statusCode()).isEqualTo(401);
    assertThat(admin("/" + made.get("id").asText() + "/rotate", "").statusCode()).isEqualTo(404);
  }

  /** What was admitted is answered; who was revoked is not admitted again. */
  @Test
  void c3_revokedKey_keepsTheStreamItHas_andGetsNoOther() throws Exception {
    JsonNode made = create("{}");
    String key = made.get("key").asText();
    backends.provider.live = true;
    try (RawStream stream =
        RawStream.post(
            backends.node.httpPort(),
            "/v1/chat/completions",
            "{\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}",
            "authorization",
            "Bearer " + key,
            "cache-control",
            "no-store")) {
      await().atMost(LONG).until(() -> backends.provider.upstreams.size() == 1);
      LiveUpstream upstream = backends.provider.upstreams.getFirst();
      upstream.say("before");
      await().atMost(LONG).until(() -> stream.text().contains("before"));
      assertThat(admin("/" + made.get("id").asText() + "/revoke", "").statusCode()).isEqualTo(200);
      assertThat(withKey("auto", key).statusCode()).isEqualTo(401);
      upstream.say("after");
      await().atMost(LONG).until(() -> stream.text().contains("after"));
      upstream.finish();
      await().atMost(LONG).until(() -> stream.text().contains("[DONE]"));
    }
  }

  @Test
  void rotatedKey_isReplaced_andWorksOnForItsGrace() throws Exception {
    JsonNode made = create("{}");
    String id = made.get("id").asText();
    String first = made.get("key").asText();
    JsonNode second = JSON.readTree(admin("/" + id + "/rotate", "{\"grace\":\"1h\"}").body());
    assertThat(second.get("id").asText()).isEqualTo(id);
    assertThat(withKey("auto", first).statusCode()).isEqualTo(200);
    assertThat(withKey("auto", second.get("key").asText()).statusCode()).isEqualTo(200);
    JsonNode third = JSON.readTree(admin("/" + id + "/rotate", "").body());
    assertThat(withKey("auto", first).statusCode()).isEqualTo(401);
    assertThat(withKey("auto", second.get("key").asText()).statusCode()).isEqualTo(401);
    assertThat(withKey("auto", third.get("key").asText()).statusCode()).isEqualTo(200);
  }

  @Test
  void everyChangeOfAKey_isOnRecord_withWhatWasBefore() throws Exception {
    String id = create("{}").get("id").asText();
    admin("/" + id + "/rotate", "");
    admin("/" + id + "/revoke", "");
    String quota = "{\"tenant\":\"audited\",\"requests_per_minute\":%d}";
    admin("/quotas", quota.formatted(70));
    admin("/quotas", quota.formatted(80));
    String status =
        Http.get(backends.url("/v1/admin/status"), "authorization", "Bearer " + TOKEN).body();
    List<String> told = new ArrayList<>();
    JSON.readTree(status)
        .path("changes")
        .forEach(change -> {
          assertThat(change.path("who").asText()).isEqualTo("127.0.0.1");
          if (change.path("what").asText().equals("key " + id)) {
            told.add(change.path("before").asText() + " > " + change.path("after").asText());
          } else if (change.path("after").asText().contains("audited")) {
            told.add(
                change.path("before").asText().replaceAll("\\D", "")
                    + " > "
                    + change.path("after").asText().replaceAll("\\D", ""));
          }
        });
    assertThat(told)
        .containsExactly(
            "none > created for default",
            "active > active, rotated",
            "active > revoked",
            " > 70",
            "70 > 80");
  }

  @Test
  void expiredKey_isRefused() throws Exception {
    String key = create("{\"expires_in\":\"2s\"}").get("key").asText();
    await().atMost(Duration.ofSeconds(20)).until(() -> withKey("auto", key).statusCode() == 401);
  }

  @Test
  void allowedModels_areAllThereAre() throws Exception {
    String key = create("{\"models\":[\"small\"]}").get("key").asText();
    backends.scorer.complexity = text -> 0.99;
    HttpResponse<String> auto = withKey("auto", key);
    assertThat(auto.headers().firstValue("x-model-used")).hasValue("small");
    assertThat(withKey("small", key).statusCode()).isEqualTo(200);
    HttpResponse<String> other = withKey("large", key);
    assertThat(other.statusCode()).isEqualTo(404);
    assertThat(other.body()).contains("model_not_found");
    String list = Http.get(backends.url("/v1/models"), "x-api-key", key).body();
    assertThat(list).contains("\"small\"").doesNotContain("\"large\"").doesNotContain("medium");
    assertThat(Http.get(backends.url("/v1/models/large"), "x-api-key", key).statusCode())
        .isEqualTo(404);
  }

  @Test
  void allowedPolicies_holdForEveryWayToAsk_andReplaceTheDefault() throws Exception {
    String key = create("{\"policies\":[\"cheapest\",\"weighted\"]}").get("key").asText();
    HttpResponse<String> unasked = withKey("auto", key);
    assertThat(unasked.headers().firstValue("x-fairlead-policy")).hasValue("cheapest");
    assertThat(withKey("auto:weighted", key).statusCode()).isEqualTo(200);
    assertThat(withKey("auto:complexity", key).statusCode()).isEqualTo(403);
    assertThat(
            chat("auto", "authorization", "Bearer " + key, "x-fairlead-policy", "fastest_p95")
                .statusCode())
        .isEqualTo(403);
  }

  @Test
  void answersAreKept_forTheKeysTenant_andItsRestrictionAlone() throws Exception {
    String acme = create("{\"tenant\":\"acme\"}").get("key").asText();
    String narrow = create("{\"tenant\":\"acme\",\"models\":[\"small\"]}").get("key").asText();
    String other = create("{\"tenant\":\"other\"}").get("key").asText();
    for (String key : List.of(acme, narrow, other)) {
      HttpResponse<String> response = withKey("auto", key);
      assertThat(response.headers().firstValue("x-fairlead-cache")).hasValue("miss");
    }
    assertThat(withKey("auto", acme).headers().firstValue("x-fairlead-cache")).hasValue("hit");
    assertThat(backends.cache.lookups.stream().map(LookupRequest::getScope).distinct()).hasSize(3);
    assertThat(backends.cache.lookups.stream().map(lookup -> lookup.getScope().getTenant()))
        .contains("acme", "other");
  }

  @Test
  void credentials_goNoFurther() {
    assertThat(withKey("auto", anyKey).statusCode()).isEqualTo(200);
    assertThat(backends.provider.calls).isNotEmpty();
    assertThat(backends.provider.calls.toString()).doesNotContain(anyKey).doesNotContain("earer");
  }

  @Test
  void grpc_wantsAKeyToo() throws Exception {
    ManagedChannel channel =
        RpcChannels.connect("127.0.0.1:" + backends.node.grpcPort(), List.of());
    try {
      InferenceServiceGrpc.InferenceServiceBlockingStub stub =
          InferenceServiceGrpc.newBlockingStub(channel).withDeadlineAfter(20, TimeUnit.SECONDS);
      GenerateRequest request =
          GenerateRequest.newBuilder()
              .setChat(
                  ChatRequest.newBuilder()
                      .addMessages(
                          Message.newBuilder()
                              .setRole(Message.Role.ROLE_USER)
                              .addContent(ContentPart.newBuilder().setText("hi"))))
              .build();
      assertThatThrownBy(() -> stub.generate(request))
          .isInstanceOfSatisfying(
              StatusRuntimeException.class,
              error ->
                  assertThat(error.getStatus().getCode()).isEqualTo(Status.Code.UNAUTHENTICATED));
      Metadata headers = new Metadata();
      headers.put(
          Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Bearer " + anyKey);
      assertThat(
              stub.withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
                  .generate(request)
                  .hasChat())
          .isTrue();
    } finally {
      channel.shutdownNow();
    }
  }

  @Test
  void adminToken_isNoKey_andAKeyIsNoAdminToken() {
    assertThat(withKey("auto", TOKEN).statusCode()).isEqualTo(401);
    assertThat(
            Http.get(backends.url("/v1/admin/keys"), "authorization", "Bearer " + anyKey)
                .statusCode())
        .isEqualTo(401);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"tenant\":\"a b\"}",
        "{\"tenant\":7}",
        "{\"team\":\"../x\"}",
        "{\"models\":\"small\"}",
        "{\"models\":[\"\"]}",
        "{\"policies\":[\"best\"]}",
        "{\"expires_in\":\"soon\"}",
        "{\"expires_at\":\"2001-01-01T00:00:00Z\"}",
        "{\"requests_per_minute\":0}",
        "{\"requests_per_minute\":1.5}",
        "{\"tokens_per_minute\":\"many\"}",
        "{\"concurrent_requests\":-1}",
        "{\"budget_day_usd\":-2}",
        "{\"budget_day_usd\":\"5\"}",
        "{\"budgets\":1}"
      })
  void badRequest_isNamed_andMakesNoKey(String body) throws Exception {
    int before = listed();
    HttpResponse<String> response = admin("", body);
    assertThat(response.statusCode()).as(response.body()).isEqualTo(400);
    assertThat(response.body()).contains("expected");
    assertThat(listed()).isEqualTo(before);
  }

  private static int listed() throws Exception {
    return JSON.readTree(
            Http.get(backends.url("/v1/admin/keys"), "authorization", "Bearer " + TOKEN).body())
        .get("keys")
        .size();
  }

  @Test
  void withoutKeys_loopbackIsOpen_andOtherAddressesAreNot() throws Exception {
    try (FakeBackends open = new FakeBackends("");
        FakeBackends wide = new FakeBackends("", 0, "bind: \"0.0.0.0\"");
        FakeBackends switchedOn =
            new FakeBackends("", 0, "bind: \"0.0.0.0\", allow_unauthenticated: true")) {
      for (FakeBackends gateway : List.of(open, wide, switchedOn)) {
        await().until(gateway.node::ready);
      }
      assertThat(asked(open)).isEqualTo(200);
      assertThat(asked(wide)).isEqualTo(401);
      assertThat(asked(switchedOn)).isEqualTo(200);
    }
  }

  private static int asked(FakeBackends gateway) {
    return Http.post(gateway.url("/v1/chat/completions"), CHAT.formatted("auto")).statusCode();
  }

  /**
   * Each on one connection, as bytes: whatever a header may hold, and near misses of a real key.
   */
  @Test
  void tenThousandHostileCredentials_giveOnly401() throws Exception {
    Random random = new Random(8);
    TreeMap<Integer, Integer> statuses = new TreeMap<>();
    try (Socket socket = new Socket("127.0.0.1", backends.node.httpPort())) {
      socket.setSoTimeout(20_000);
      InputStream in = new BufferedInputStream(socket.getInputStream());
      for (int i = 0; i < 10_000; i++) {
        String request =
            "GET /v1/models HTTP/1.1\r\nhost: x\r\nauthorization: "
                + hostile(i, random)
                + "\r\n\r\n";
        socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
        statuses.merge(status(in), 1, Integer::sum);
      }
    }
    assertThat(statuses).containsOnlyKeys(401).containsEntry(401, 10_000);
    assertThat(withKey("auto", anyKey).statusCode()).isEqualTo(200);
  }

  private static String hostile(int i, Random random) {
    String[] classics = {
      "' OR '1'='1",
      "*",
      "fl-*",
      "fl-[a-z]*",
      "${jndi:ldap://x}",
      "redis.call('keys','*')",
      "\\u0000",
      "%0d%0aX: y",
      "../../etc/passwd",
      "null",
      "undefined",
      "Bearer",
      "bearer bearer",
    };
    return switch (i % 5) {
      case 0 -> "Bearer " + classics[i / 5 % classics.length] + random.nextInt(100_000);
      case 1 -> "Bearer " + flipped(anyKey, random);
      case 2 -> "Bearer " + anyKey.substring(0, random.nextInt(anyKey.length()));
      case 3 -> "Bearer " + anyKey + (char) ('0' + random.nextInt(10));
      default -> bytes(random);
    };
  }

  private static String flipped(String key, Random random) {
    int at = random.nextInt(key.length());
    char other = key.charAt(at) == 'x' ? 'y' : 'x';
    return key.substring(0, at) + other + key.substring(at + 1);
  }

  private static String bytes(Random random) {
    StringBuilder text = new StringBuilder("!");
    int length = 1 + random.nextInt(300);
    for (int i = 0; i < length; i++) {
      char c = (char) (0x21 + random.nextInt(0xff - 0x21));
      text.append(c == 0x7f || c >= 0x80 && c < 0xa0 ? '?' : c);
    }
    return text.toString();
  }

  private static int status(InputStream in) throws IOException {
    int status = Integer.parseInt(line(in).split(" ")[1]);
    int length = 0;
    for (String header = line(in); !header.isEmpty(); header = line(in)) {
      if (header.toLowerCase(java.util.Locale.ROOT).startsWith("content-length:")) {
        length = Integer.parseInt(header.substring("content-length:".length()).strip());
      }
    }
    in.readNBytes(length);
    return status;
  }

  private static String line(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = in.read(); c != '\n'; c = in.read()) {
      if (c < 0) {
        throw new IOException("the connection was closed");
      }
      if (c != '\r') {
        line.append((char) c);
      }
    }
    return line.toString();
  }

  @Test
  void modelsOutsideAKey_areNoCandidatesOfADryRun_andNoEmbedders() throws Exception {
    String key = create("{\"models\":[\"small\"]}").get("key").asText();
    JsonNode route = JSON.readTree(post("/v1/route", "{\"prompt\":\"hi\"}", key).body());
    assertThat(route.path("candidates").findValuesAsText("model")).containsExactly("small");
    HttpResponse<String> hidden =
        post("/v1/embeddings", "{\"model\":\"large\",\"input\":\"hi\"}", key);
    HttpResponse<String> unknown =
        post("/v1/embeddings", "{\"model\":\"other\",\"input\":\"hi\"}", key);
    assertThat(hidden.statusCode()).isEqualTo(404);
    assertThat(hidden.body()).isEqualTo(unknown.body().replace("other", "large"));
    HttpResponse<String> allowed =
        post("/v1/embeddings", "{\"model\":\"small\",\"input\":\"hi\"}", key);
    assertThat(allowed.statusCode()).isEqualTo(400);
  }

  private static HttpResponse<String> post(String path, String body, String key) {
    return Http.post(
        backends.url(path),
        body,
        "authorization",
        "Bearer " + key,
        "content-type",
        "application/json",
        "x-request-id",
        "same");
  }
}
