package dev.fairlead.gateway;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.fairlead.common.config.ConfigException;
import dev.fairlead.common.config.ConfigSource;
import dev.fairlead.common.rpc.RpcChannels;
import dev.fairlead.common.tls.Tls;
import io.grpc.ManagedChannel;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The gateway's doors over TLS, with certificates that are made here. */
class EdgeTlsTest {

  private static final String BODY = "{\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";
  private static final String CHAT = "/v1/chat/completions";

  private @TempDir Path folder;
  private TestCertificates authority;
  private TestCertificates others;
  private @Nullable FakeBackends backends;

  @BeforeEach
  void issue() throws Exception {
    authority = new TestCertificates("authority");
    others = new TestCertificates("others");
    authority.writeTo(folder, "first");
  }

  @AfterEach
  void close() throws Exception {
    if (backends != null) {
      backends.close();
    }
  }

  @ParameterizedTest
  @EnumSource(HttpClient.Version.class)
  void request_isServed_overHttp1AndHttp2_withTls13(HttpClient.Version version) throws Exception {
    start("");

    HttpResponse<String> answer = post(client(authority.client(null), version));

    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    assertThat(answer.version()).isEqualTo(version);
    assertThat(answer.sslSession().orElseThrow().getProtocol()).isEqualTo("TLSv1.3");
  }

  @ParameterizedTest
  @ValueSource(strings = {"--http1.1", "--http2"})
  void request_isServed_byCurl(String version) throws Exception {
    assumeTrue(curl("--version").startsWith("curl"), "curl is installed");
    start("");

    String status =
        curl(
            version,
            "--silent",
            "--show-error",
            "--max-time",
            "30",
            "--cacert",
            folder.resolve("ca.pem").toString(),
            "--output",
            "/dev/null",
            "--write-out",
            "%{http_code} %{http_version}",
            "--json",
            BODY,
            url(CHAT));

    assertThat(status).isEqualTo("200 " + version.replace("--http", ""));
  }

  @Test
  void tls12_isTheOldestThatIsSpoken() throws Exception {
    start("");
    int port = node().httpPort();
    try (SSLSocket socket = socket(authority.client(null), port)) {
      socket.setEnabledProtocols(new String[] {"TLSv1.2"});
      socket.startHandshake();
      assertThat(socket.getSession().getProtocol()).isEqualTo("TLSv1.2");
    }
    // A hello of TLS 1.1, which the JVM's own client no longer can: alert 70, protocol_version.
    String hello = "160301002f0100002b0302" + "00".repeat(32) + "0000" + "04c013002f" + "0100";
    byte[] bytes = HexFormat.of().parseHex(hello);
    bytes[4] = (byte) (bytes.length - 5);
    bytes[8] = (byte) (bytes.length - 9);
    assertThat(refusal(port, bytes)).startsWith("15").endsWith("0246");
  }

  @Test
  void plainRequest_isRefused_atOnce() throws Exception {
    start("");

    String answer = RawClient.send(node().httpPort(), "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n");

    assertThat(answer).doesNotContain("200").doesNotContain("<open>");
  }

  @Test
  void client_isRefused_withoutACertificate_orWithAnothersOne_whenOneIsRequired() throws Exception {
    start(mutual("require"));

    assertThatThrownBy(() -> post(client(authority.client(null)))).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> post(client(authority.client(others.issue("spy")))))
        .isInstanceOf(IOException.class);
    HttpResponse<String> good = post(client(authority.client(authority.issue("app"))));

    assertThat(good.statusCode()).isEqualTo(200);
    assertThat(backends().provider.calls).hasSize(1);
  }

  @Test
  void client_needsNoCertificate_butAGoodOne_whenOneIsWanted() throws Exception {
    start(mutual("want"));

    assertThat(post(client(authority.client(null))).statusCode()).isEqualTo(200);
    assertThatThrownBy(() -> post(client(authority.client(others.issue("spy")))))
        .isInstanceOf(IOException.class);
  }

  @Test
  void grpcDoor_speaksTlsToo() throws Exception {
    start(mutual("require"));
    try (Tls caller =
        Tls.of(
            ConfigSource.parse(
                "f",
                "tls: {hops: {cert: %1$s/cert.pem, key: %1$s/key.pem, ca: %1$s/ca.pem}}"
                    .formatted(folder),
                Map.of()))) {
      assertThat(health(caller)).isEqualTo(ServingStatus.SERVING);
    }
  }

  private ServingStatus health(Tls caller) throws Exception {
    ManagedChannel channel =
        RpcChannels.connect("localhost:" + node().grpcPort(), caller.hopClient(), List.of());
    try {
      return HealthGrpc.newBlockingStub(channel)
          .withDeadlineAfter(30, TimeUnit.SECONDS)
          .check(HealthCheckRequest.getDefaultInstance())
          .getStatus();
    } finally {
      channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
    }
  }

  @Test
  void managementPort_isPlain_andServesNothingButProbesAndMetrics() throws Exception {
    start(mutual("require"));
    String root = "http://127.0.0.1:" + node().managementPort();

    assertThat(Http.get(root + "/readyz").statusCode()).isEqualTo(200);
    assertThat(Http.get(root + "/healthz").statusCode()).isEqualTo(200);
    assertThat(Http.get(root + "/v1/models").statusCode()).isEqualTo(404);
    assertThat(Http.get(root + "/v1/admin/status").statusCode()).isEqualTo(404);
    assertThat(Http.get(root + "/metrics").body())
        .containsPattern("llm_router_tls_certificate_expiry_seconds\\{certificate=\"edge\"} [1-9]")
        .contains("llm_router_tls_certificate_expiry_seconds{certificate=\"edge_client_ca\"}")
        .contains("llm_router_tls_reloads_total{certificate=\"edge\",result=\"refused\"} 0.0");
  }

  @Test
  void h9_rotation_losesNoRequestAndNoStream_andNewConnectionsSeeTheNewCertificate() throws Exception {
    start("");
    backends().provider.live = true;
    HttpClient keeping = client(authority.client(null));
    CompletableFuture<HttpResponse<InputStream>> stream =
        keeping.sendAsync(
            request(BODY.replaceFirst("}$", ",\"stream\":true}")), BodyHandlers.ofInputStream());
    await().until(() -> backends().provider.upstreams.size() == 1);
    LiveUpstream upstream = backends().provider.upstreams.getFirst();
    upstream.say("one");
    HttpResponse<InputStream> answer = stream.get(20, TimeUnit.SECONDS);
    assertThat(answer.statusCode()).isEqualTo(200);

    for (int round = 1; round <= 3; round++) {
      String subject = "round" + round;
      authority.writeTo(folder, subject);
      await()
          .atMost(Duration.ofSeconds(20))
          .until(() -> {
            HttpResponse<String> fresh = get(client(authority.client(null)), "/healthz");
            assertThat(fresh.statusCode()).isEqualTo(200);
            assertThat(get(keeping, "/healthz").statusCode()).isEqualTo(200);
            return fresh
                .sslSession()
                .orElseThrow()
                .getPeerCertificates()[0]
                .toString()
                .contains("CN=" + subject);
          });
    }

    upstream.say("two");
    upstream.finish();
    assertThat(new String(answer.body().readAllBytes(), US_ASCII))
        .contains("one", "two")
        .endsWith("data: [DONE]\n\n");
  }

  @Test
  void badCertificate_leavesTheOldOneInUse_andIsCounted() throws Exception {
    start("");
    Files.writeString(folder.resolve("cert.pem"), "nonsense");

    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(() ->
            assertThat(get(client(authority.client(null)), "/metrics").body())
                .contains(
                    "llm_router_tls_reloads_total{certificate=\"edge\",result=\"refused\"} 1.0"));
  }

  @Test
  void f10_controlFlood_isSeenThroughTls() throws Exception {
    start("limits: { max_http2_controls: 100 }\n");
    SSLSocket socket = socket(authority.client(null), node().httpPort());
    SSLParameters parameters = socket.getSSLParameters();
    parameters.setApplicationProtocols(new String[] {"h2"});
    socket.setSSLParameters(parameters);
    try (RawHttp2 connection = RawHttp2.over(socket)) {
      assertThat(socket.getApplicationProtocol()).isEqualTo("h2");
      byte[] ping = RawHttp2.frame(RawHttp2.PING, 0, 0, new byte[8]);
      for (int i = 0; i < 101; i++) {
        connection.write(ping);
      }
      assertThat(connection.read(RawHttp2.GOAWAY).error()).isEqualTo(RawHttp2.ENHANCE_YOUR_CALM);
    }
  }

  @Test
  void f11_slowHead_isEndedThroughTls() throws Exception {
    start("limits: { head_timeout: 500ms }\n");
    try (SSLSocket socket = socket(authority.client(null), node().httpPort())) {
      socket.getOutputStream().write("GET /healthz HTTP/1.1\r\nHo".getBytes(US_ASCII));

      assertThat(new String(socket.getInputStream().readAllBytes(), US_ASCII))
          .startsWith("HTTP/1.1 408 ");
    }
  }

  @Test
  void start_isRefused_whenACertificateCannotBeUsed() throws Exception {
    Files.writeString(folder.resolve("key.pem"), others.issue("x").getPrivateKeyPEM());

    assertThatThrownBy(() -> start(""))
        .isInstanceOf(ConfigException.class)
        .hasMessageStartingWith("tls.edge.key: " + folder.resolve("key.pem"))
        .hasMessageContaining("(expected: ");
  }

  private void start(String more) throws IOException {
    String tls =
        more.startsWith("tls:")
            ? more
            : more + "tls: { reload_interval: 20ms, edge: { " + files() + " } }\n";
    backends =
        new FakeBackends(tls, 0, "bind: \"127.0.0.1\", management_port: 0, drain_timeout: 5s");
    await().until(backends.node::ready);
  }

  private String files() {
    return "cert: \"%1$s/cert.pem\", key: \"%1$s/key.pem\"".formatted(folder);
  }

  private String mutual(String clientAuth) {
    return "tls: { edge: { %s, client_ca: \"%s/ca.pem\", client_auth: %s } }\n"
        .formatted(files(), folder, clientAuth);
  }

  private FakeBackends backends() {
    if (backends == null) {
      throw new IllegalStateException("not started");
    }
    return backends;
  }

  private GatewayNode node() {
    return backends().node;
  }

  private String url(String path) {
    return "https://localhost:" + node().httpPort() + path;
  }

  private static HttpClient client(SSLContext context) {
    return client(context, HttpClient.Version.HTTP_2);
  }

  private static HttpClient client(SSLContext context, HttpClient.Version version) {
    return HttpClient.newBuilder()
        .sslContext(context)
        .version(version)
        .connectTimeout(Duration.ofSeconds(20))
        .build();
  }

  private HttpRequest request(String body) {
    return HttpRequest.newBuilder(URI.create(url(CHAT)))
        .header("content-type", "application/json")
        .timeout(Duration.ofSeconds(30))
        .POST(HttpRequest.BodyPublishers.ofString(body))
        .build();
  }

  private HttpResponse<String> post(HttpClient client) throws IOException, InterruptedException {
    try (client) {
      return client.send(request(BODY), BodyHandlers.ofString());
    }
  }

  private HttpResponse<String> get(HttpClient client, String path)
      throws IOException, InterruptedException {
    return client.send(
        HttpRequest.newBuilder(URI.create(url(path))).timeout(Duration.ofSeconds(30)).build(),
        BodyHandlers.ofString());
  }

  private static SSLSocket socket(SSLContext context, int port) throws IOException {
    SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket("localhost", port);
    socket.setSoTimeout(20_000);
    return socket;
  }

  private static String refusal(int port, byte[] hello) throws IOException {
    try (Socket socket = new Socket("localhost", port)) {
      socket.setSoTimeout(20_000);
      socket.getOutputStream().write(hello);
      return HexFormat.of().formatHex(socket.getInputStream().readAllBytes());
    }
  }

  private static String curl(String... arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of("curl"));
    command.addAll(List.of(arguments));
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      return new String(process.getInputStream().readAllBytes(), US_ASCII);
    } catch (IOException e) {
      return "";
    }
  }
}
