package dev.fairlead.gateway;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Malformed and hostile input at the edge, by the numbers of the list of faults. */
class HostileInputTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String CHAT = "/v1/chat/completions";
  private static final String GOOD = "{\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";
  private static final List<String> BODIES =
      List.of(
          CHAT, "/v1/completions", "/v1/messages", "/v1/responses", "/v1/embeddings", "/v1/batch");
  private static FakeBackends backends;

  @BeforeAll
  static void start() throws Exception {
    backends = new FakeBackends("limits: {max_body_bytes: 200000, max_messages: 100}\n");
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

  /** The process lives, and a normal request is answered. */
  @AfterEach
  void nextRequestIsAnswered() {
    assertThat(Http.post(backends.url(CHAT), GOOD).statusCode()).isEqualTo(200);
  }

  private static HttpResponse<String> bytes(String path, byte[] body, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(backends.url(path)))
            .POST(HttpRequest.BodyPublishers.ofByteArray(body));
    String[] given =
        headers.length == 0 ? new String[] {"content-type", "application/json"} : headers;
    return Http.send(request.headers(given).build());
  }

  private static JsonNode error(HttpResponse<String> response) throws Exception {
    JsonNode body = JSON.readTree(response.body());
    assertThat(body.path("error").isObject()).as(response.body()).isTrue();
    assertThat(body.path("error").path("message").asText()).isNotBlank();
    assertThat(response.headers().firstValue("x-request-id")).isPresent();
    return body.path("error");
  }

  private static void refused(String path, byte[] body, int status) throws Exception {
    HttpResponse<String> response = bytes(path, body);
    assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
    error(response);
    assertThat(backends.provider.calls).isEmpty();
  }

  static Stream<Arguments> brokenJson() {
    return Stream.concat(BODIES.stream(), Stream.of("/v1/infer", "/v1/route"))
        .flatMap(path ->
            Stream.of(
                    "",
                    "{",
                    "{\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]",
                    GOOD + "x",
                    GOOD + GOOD,
                    "\uFEFF" + GOOD,
                    "[]",
                    "null",
                    "{\"n\":1e999999," + GOOD.substring(1),
                    "{\"n\":NaN," + GOOD.substring(1),
                    "{\"n\":" + "1".repeat(100_000) + "," + GOOD.substring(1))
                .map(body -> Arguments.of(path, body)));
  }

  @ParameterizedTest(name = "{0} {index}")
  @MethodSource("brokenJson")
  void a1_a2_a4_brokenJson_is400(String path, String body) throws Exception {
    refused(path, body.getBytes(UTF_8), 400);
  }

  @ParameterizedTest
  @ValueSource(strings = {"1e-999999999", "1e999999999", "-1", "1e-10"})
  void a4_costThatIsNone_is400_atOnce(String usd) throws Exception {
    refused("/v1/infer", ("{\"prompt\":\"hi\",\"max_cost_usd\":" + usd + "}").getBytes(UTF_8), 400);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        CHAT,
        "/v1/messages",
        "/v1/responses",
        "/v1/completions",
        "/v1/batch",
        "/v1/infer",
        "/v1/route"
      })
  void a3_deepNesting_is400(String path) throws Exception {
    String deep = "{\"x\":" + "[".repeat(90_000) + "]".repeat(90_000) + "}";
    refused(path, deep.getBytes(UTF_8), 400);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/v1/infer", "/v1/route"})
  void a5_promptThatIsNoUtf8_is400_andIsNeverMended(String path) throws Exception {
    refused(path, "{\"prompt\":\"a\\ud800b\"}".getBytes(UTF_8), 400);
    refused(path, "{\"prompt\":\"hi\"}".getBytes(UTF_16LE), 400);
    refused(path, "\uFEFF{\"prompt\":\"hi\"}".getBytes(UTF_8), 400);
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"prompt\":\"hi\",}", "{\"prompt\":\"\t\"}", "{\"prompt\":tru}"})
  void k4_brokenPrompt_isToldInOurWords(String body) throws Exception {
    HttpResponse<String> response = bytes("/v1/infer", body.getBytes(UTF_8));
    assertThat(error(response).path("message").asText())
        .startsWith("body is not valid JSON at byte");
  }

  @Test
  void a5_invalidUtf8_is400_andIsNeverMended() throws Exception {
    for (byte[] bad :
        List.of(
            new byte[] {(byte) 0xC3, 0x28},
            new byte[] {(byte) 0xC0, (byte) 0xAF},
            new byte[] {(byte) 0xED, (byte) 0xA0, (byte) 0x80},
            new byte[] {0},
            "\\ud800".getBytes(UTF_8))) {
      ByteArrayOutputStream body = new ByteArrayOutputStream();
      body.writeBytes("{\"messages\":[{\"role\":\"user\",\"content\":\"".getBytes(UTF_8));
      body.writeBytes(bad);
      body.writeBytes("\"}]}".getBytes(UTF_8));
      refused(CHAT, body.toByteArray(), 400);
    }
  }

  @Test
  void a6_bodyBeyondTheLimit_is413() throws Exception {
    HttpResponse<String> response = bytes(CHAT, new byte[300_000]);
    assertThat(response.statusCode()).isEqualTo(413);
    assertThat(error(response).path("code").asText()).isEqualTo("request_too_large");
    HttpResponse<String> anthropic = bytes("/v1/messages", new byte[300_000]);
    assertThat(anthropic.statusCode()).isEqualTo(413);
    assertThat(error(anthropic).path("type").asText()).isEqualTo("request_too_large");
  }

  @ParameterizedTest
  @ValueSource(strings = {"br", "zstd", "gzip, gzip", "nonsense"})
  void a7_unknownEncoding_is415(String encoding) throws Exception {
    HttpResponse<String> response =
        bytes(
            CHAT,
            GOOD.getBytes(UTF_8),
            "content-type",
            "application/json",
            "content-encoding",
            encoding);
    assertThat(response.statusCode()).isEqualTo(415);
    error(response);
  }

  @ParameterizedTest
  @CsvSource({"gzip, gzip", "identity, gzip", "gzip, identity"})
  void a7_bodyPackedTwice_is415_whenEachCodingHasALineOfItsOwn(String first, String second)
      throws Exception {
    HttpResponse<String> response =
        bytes(
            CHAT,
            gzip(GOOD.getBytes(UTF_8)),
            "content-type",
            "application/json",
            "content-encoding",
            first,
            "content-encoding",
            second);
    assertThat(response.statusCode()).isEqualTo(415);
    error(response);
  }

  private static byte[] gzip(byte[] body) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (OutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(body);
    }
    return out.toByteArray();
  }

  @ParameterizedTest
  @ValueSource(strings = {"text/plain", "application/x-www-form-urlencoded", "multipart/form-data"})
  void a8_otherContentType_is415(String type) throws Exception {
    HttpResponse<String> response = bytes(CHAT, GOOD.getBytes(UTF_8), "content-type", type);
    assertThat(response.statusCode()).isEqualTo(415);
    assertThat(error(response).path("code").asText()).isEqualTo("unsupported_media_type");
  }

  @Test
  void a9_unknownModel_is404_whateverItsName() throws Exception {
    for (String model :
        List.of("nope", "", "x".repeat(10_000), "../admin", "a?b", "a#b", "a%2fb", "a\\r\\nb: c")) {
      HttpResponse<String> response =
          bytes(CHAT, ("{\"model\":\"" + model + "\"," + GOOD.substring(1)).getBytes(UTF_8));
      assertThat(response.statusCode()).as(model).isEqualTo(404);
      assertThat(error(response).path("code").asText()).isEqualTo("model_not_found");
      assertThat(response.body()).hasSizeLessThan(1000);
    }
    assertThat(backends.provider.calls).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "n,0",
    "n,-1",
    "n,'\"1\"'",
    "n,9223372036854775808",
    "n,1.5",
    "max_tokens,0",
    "max_tokens,-5",
    "max_tokens,'\"many\"'",
    "max_tokens,9223372036854775808",
    "temperature,-0.1",
    "temperature,2.1",
    "temperature,'\"hot\"'",
    "logprobs,5",
    "top_logprobs,21",
    "top_p,1.1",
    "seed,0.5"
  })
  void a10_valueOutOfRange_is400_withParam(String name, String value) throws Exception {
    HttpResponse<String> response =
        bytes(CHAT, ("{\"" + name + "\":" + value + "," + GOOD.substring(1)).getBytes(UTF_8));
    assertThat(response.statusCode()).as(response.body()).isEqualTo(400);
    assertThat(error(response).path("param").asText()).isEqualTo(name);
  }

  static Stream<Arguments> badMessages() {
    return Stream.of(
        Arguments.of("[]", "messages"),
        Arguments.of("5", "messages"),
        Arguments.of("[5]", "messages[0]"),
        Arguments.of("[{\"role\":\"pirate\",\"content\":\"a\"}]", "messages[0].role"),
        Arguments.of("[{\"role\":\"user\",\"content\":5}]", "messages[0].content"),
        Arguments.of("[{\"role\":\"user\"}]", "messages[0].content"),
        Arguments.of(
            "[{\"role\":\"tool\",\"tool_call_id\":\"x\",\"content\":\"a\"}]",
            "messages[0].tool_call_id"),
        Arguments.of(
            "[" + "{\"role\":\"user\",\"content\":\"a\"},".repeat(100) + "{}]", "messages"));
  }

  @ParameterizedTest
  @MethodSource("badMessages")
  void a11_badMessages_are400_withTheirPath(String messages, String param) throws Exception {
    HttpResponse<String> response =
        bytes(CHAT, ("{\"messages\":" + messages + "}").getBytes(UTF_8));
    assertThat(response.statusCode()).isEqualTo(400);
    assertThat(error(response).path("param").asText()).isEqualTo(param);
  }

  @ParameterizedTest
  @CsvSource({
    "/v1/chat/completions,'\"true\"'",
    "/v1/chat/completions,1",
    "/v1/messages,'\"true\"'",
    "/v1/responses,0",
    "/v1/completions,'[]'"
  })
  void a12_streamOfAnotherType_is400AsJson(String path, String value) throws Exception {
    HttpResponse<String> response =
        bytes(path, ("{\"stream\":" + value + "," + GOOD.substring(1)).getBytes(UTF_8));
    assertThat(response.statusCode()).isEqualTo(400);
    assertThat(response.headers().firstValue("content-type").orElse(""))
        .startsWith("application/json");
    assertThat(error(response).path("param").asText()).isEqualTo("stream");
  }

  @Test
  void a13_j4_unknownFieldsAndNumbers_passUntouched() {
    String body =
        "{ \"zeta\" : 9007199254740993, \"alpha\":-0, \"one\":1.0,\"exp\":1E2,\"u\":\"\\u00e9\\/\","
            + GOOD.substring(1);
    assertThat(bytes(CHAT, body.getBytes(UTF_8)).statusCode()).isEqualTo(200);
    assertThat(backends.provider.calls.getFirst().getRaw().getBody())
        .isEqualTo(ByteString.copyFromUtf8(body));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"file:///etc/passwd", "gopher://127.0.0.1/", "http://169.254.169.254/latest"})
  void a14_imageUrls_areNeverFetchedHere(String url) {
    String body =
        "{\"model\":\"large\",\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\","
            + "\"image_url\":{\"url\":\""
            + url
            + "\"}}]}]}";
    assertThat(bytes(CHAT, body.getBytes(UTF_8)).statusCode()).isEqualTo(200);
    assertThat(backends.provider.calls.getFirst().getRaw().getBody().toStringUtf8())
        .isEqualTo(body);
  }

  static Stream<String> smuggling() {
    String head = "POST " + CHAT + " HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n";
    String chunked = "2\r\n{}\r\n0\r\n\r\n";
    return Stream.of(
        head + "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
        head + "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked,
        head + "Transfer-Encoding: chunked, identity\r\n\r\n" + chunked,
        head + "X-Folded: a\r\n b\r\nContent-Length: -1\r\n\r\n{}",
        "POST " + CHAT + " HTTP/1.1\r\nHost: a\r\nContent-Length: +2\r\n\r\n{}");
  }

  @ParameterizedTest
  @MethodSource("smuggling")
  void a15_ambiguousFraming_is400_andNoSecondRequestIsRead(String request) {
    String canary = "GET /v1/models HTTP/1.1\r\nHost: a\r\n\r\n";
    String answer = RawClient.send(backends.node.httpPort(), request + canary);
    assertThat(answer).startsWith("HTTP/1.1 4").doesNotContain("\"object\":\"list\"");
    assertThat(answer).doesNotContain("<open>");
    assertThat(backends.provider.calls).isEmpty();
  }

  @Test
  void a16_headerBeyondTheLimit_is431() {
    String answer =
        RawClient.send(
            backends.node.httpPort(),
            "GET /v1/models HTTP/1.1\r\nHost: a\r\nX-Long: " + "a".repeat(100_000) + "\r\n\r\n");
    assertThat(answer).startsWith("HTTP/1.1 431");
    assertThat(answer).contains("\"error\"", "x-request-id");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/v1/chat/completions;a=b",
        "/v1;x/chat/completions",
        "//v1/chat/completions",
        "/v1//chat/completions",
        "/v1/%63hat/completions",
        "/v1/chat%2fcompletions",
        "/v1/./chat/completions",
        "/v1/models/../chat/completions",
        "/v1/chat/%2e%2e/completions",
        "/cache;x/flush",
        "/%63ache/flush"
      })
  void a17_pathTricks_areRefusedBeforeRouting(String path) {
    String answer =
        RawClient.send(
            backends.node.httpPort(),
            "POST "
                + path
                + " HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nConnection: close\r\n"
                + "Content-Length: "
                + GOOD.length()
                + "\r\n\r\n"
                + GOOD);
    assertThat(answer).startsWith("HTTP/1.1 40").contains("\"error\"");
    assertThat(backends.provider.calls).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "/V1/chat/completions",
    "/v1/Chat/Completions",
    "/v1/nothing",
    "/v1/chat/completions/"
  })
  void a17_unknownPath_is404InTheDialect(String path) throws Exception {
    HttpResponse<String> response = bytes(path, GOOD.getBytes(UTF_8));
    assertThat(response.statusCode()).isEqualTo(404);
    assertThat(error(response).path("code").asText()).isEqualTo("unknown_url");
    HttpResponse<String> anthropic =
        bytes(
            path,
            GOOD.getBytes(UTF_8),
            "content-type",
            "application/json",
            "anthropic-version",
            "2023-06-01");
    assertThat(error(anthropic).path("type").asText()).isEqualTo("not_found_error");
  }

  @ParameterizedTest
  @CsvSource({
    "GET,/v1/chat/completions", "PUT,/v1/messages", "DELETE,/v1/responses", "PATCH,/v1/embeddings",
    "OPTIONS,/v1/batch", "POST,/v1/models", "GET,/v1/feedback", "TRACE,/v1/completions"
  })
  void a18_otherMethod_is405WithAllow(String method, String path) {
    String answer =
        RawClient.send(
            backends.node.httpPort(),
            method
                + " "
                + path
                + " HTTP/1.1\r\n"
                + "Host: a\r\n"
                + "X-HTTP-Method-Override: POST\r\n"
                + "Connection: close\r\n\r\n");
    assertThat(answer).startsWith("HTTP/1.1 405");
    assertThat(answer).containsPattern("(?i)allow: (GET|POST)\r\n");
    assertThat(backends.provider.calls).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"base_url", "api_base", "api_key", "extra_headers", "Base_URL"})
  void b1_targetsInTheBody_are400(String name) throws Exception {
    HttpResponse<String> response =
        bytes(CHAT, ("{\"" + name + "\":\"http://evil\"," + GOOD.substring(1)).getBytes(UTF_8));
    assertThat(response.statusCode()).isEqualTo(400);
    assertThat(error(response).path("param").asText()).isEqualTo(name);
    assertThat(backends.provider.calls).isEmpty();
  }

  @Test
  void b1_b5_b6_c10_targetsAndInternalHeaders_areNotForwarded() {
    bytes(
        CHAT + "?base_url=http://evil",
        GOOD.getBytes(UTF_8),
        "content-type",
        "application/json",
        "x-portkey-custom-host",
        "http://evil",
        "x-tenant",
        "t2",
        "x-router-key",
        "k",
        "x-fairlead-tenant",
        "t2",
        "x-fairlead-service-token",
        "secret",
        "x-fairlead-base-url",
        "http://evil",
        "authorization",
        "Bearer secret",
        "proxy-authorization",
        "Basic x",
        "metadata-flavor",
        "Google");
    var call = backends.provider.calls.getFirst();
    assertThat(call.getForwardHeadersMap()).isEmpty();
    assertThat(call.toString()).doesNotContain("evil", "secret", "t2");
  }

  @Test
  void c1_conflictingCredentials_are401() throws Exception {
    String[][] pairs = {
      {"authorization", "Bearer a", "x-api-key", "b"},
      {"x-api-key", "a", "x-api-key", "a"},
      {"authorization", "Bearer a", "authorization", "Bearer a"},
      {"api-key", "a", "x-api-key", "b"},
      {"authorization", "Bearer " + "a".repeat(5000), "x-other", "b"}
    };
    for (String[] pair : pairs) {
      HttpResponse<String> response =
          bytes(
              CHAT,
              GOOD.getBytes(UTF_8),
              Stream.concat(Stream.of("content-type", "application/json"), Arrays.stream(pair))
                  .toArray(String[]::new));
      assertThat(response.statusCode()).as(pair[1].substring(0, 1)).isEqualTo(401);
      error(response);
    }
    assertThat(backends.provider.calls).isEmpty();
    HttpResponse<String> agreeing =
        bytes(
            CHAT,
            GOOD.getBytes(UTF_8),
            "content-type",
            "application/json",
            "authorization",
            "Bearer a",
            "x-api-key",
            "a");
    assertThat(agreeing.statusCode()).isEqualTo(200);
  }

  @ParameterizedTest
  @CsvSource({
    "/v1/chat/completions",
    "/v1/messages",
    "/v1/responses",
    "/v1/completions",
    "/v1/embeddings"
  })
  void j3_duplicateAndCaseVariantKeys_are400(String path) throws Exception {
    for (String twice :
        List.of(
            "\"model\":\"small\",\"model\":\"large\"",
            "\"model\":\"small\",\"Model\":\"large\"",
            "\"model\":\"small\",\"mod\\u0065l\":\"large\"",
            "\"MODEL\":\"large\"",
            "\"\\u017ftream\":true")) {
      refused(path, ("{" + twice + "," + GOOD.substring(1)).getBytes(UTF_8), 400);
    }
  }

  @Test
  void k5_requestId_isTakenWhenValid_elseReplaced() {
    HttpResponse<String> own =
        bytes(
            CHAT, GOOD.getBytes(UTF_8), "content-type", "application/json", "x-request-id", "a-1");
    assertThat(own.headers().firstValue("x-request-id")).contains("a-1");
    HttpResponse<String> replaced =
        bytes(
            CHAT,
            GOOD.getBytes(UTF_8),
            "content-type",
            "application/json",
            "x-request-id",
            "a b\"" + "c".repeat(300));
    assertThat(replaced.headers().firstValue("x-request-id").orElse(""))
        .doesNotContain(" ", "\"")
        .hasSizeLessThan(129);
  }

  @Test
  void f12_keepAlive_survivesARefusal() {
    String bad =
        "POST "
            + CHAT
            + " HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
            + "Content-Length: 1\r\n\r\n{";
    String good = "GET /v1/models HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    String answer = RawClient.send(backends.node.httpPort(), (bad + good).getBytes(ISO_8859_1));
    assertThat(answer).startsWith("HTTP/1.1 400").contains("HTTP/1.1 200", "\"object\":\"list\"");
  }

  @ParameterizedTest
  @CsvSource({"true, HTTP/1.1 200", "false, HTTP/1.1 413"})
  void f12_expectContinue_isAnsweredBeforeTheBody_andATooLargeOneIsRefusedWithoutIt(
      boolean fits, String expected) throws IOException {
    String head =
        "POST %s HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nConnection: close\r\n"
            + "Expect: 100-continue\r\nContent-Length: %d\r\n\r\n";
    try (Socket socket = new Socket("127.0.0.1", backends.node.httpPort())) {
      socket.setSoTimeout(30_000);
      OutputStream request = socket.getOutputStream();
      int length = fits ? GOOD.length() : 300_000;
      request.write(head.formatted(CHAT, length).getBytes(ISO_8859_1));
      BufferedReader answer =
          new BufferedReader(new InputStreamReader(socket.getInputStream(), ISO_8859_1));
      assertThat(answer.readLine()).isEqualTo("HTTP/1.1 100 Continue");
      assertThat(answer.readLine()).isEmpty();
      assertThat(backends.provider.calls).isEmpty();
      if (fits) {
        request.write(GOOD.getBytes(ISO_8859_1));
      }
      assertThat(answer.readLine()).startsWith(expected);
    }
  }

  @Test
  void a18_h2cUpgrade_byAPriorKnowledgeClient_isServed() throws Exception {
    HttpClient h2 = HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build();
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(backends.url(CHAT)))
            .header("content-type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(GOOD))
            .build();
    assertThat(h2.send(request, HttpResponse.BodyHandlers.ofString()).statusCode()).isEqualTo(200);
  }
}
