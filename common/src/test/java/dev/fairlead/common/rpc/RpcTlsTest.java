package dev.fairlead.common.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.fairlead.common.config.ConfigSource;
import dev.fairlead.common.tls.TestAuthority;
import dev.fairlead.common.tls.Tls;
import dev.fairlead.v1.AnalyzeRequest;
import dev.fairlead.v1.ScorerServiceGrpc;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Calls between services over TLS, on real sockets. */
class RpcTlsTest {

  private final TestAuthority authority = new TestAuthority("mesh");
  private final Deque<AutoCloseable> opened = new ArrayDeque<>();
  private @TempDir Path folder;

  @AfterEach
  void closeAll() throws Exception {
    while (!opened.isEmpty()) {
      opened.pop().close();
    }
  }

  @Test
  void calls_areServed_roundRobin_whenBothSidesShowCertificatesOfTheMesh() throws IOException {
    Tls mesh = tls("mesh", authority, authority.issue("node", "localhost", "127.0.0.1"));
    EchoScorer one = new EchoScorer("one");
    EchoScorer two = new EchoScorer("two");
    // Two hosts by two names: each connection is checked against its own.
    String target =
        "localhost:" + serve(mesh, one).port() + ",127.0.0.1:" + serve(mesh, two).port();
    var stub = stub(mesh, target);
    await()
        .atMost(Duration.ofSeconds(20))
        .ignoreExceptions()
        .until(() -> ask(stub) != null && one.calls.get() > 0 && two.calls.get() > 0);
    int before = one.calls.get();

    for (int i = 0; i < 20; i++) {
      ask(stub);
    }

    assertThat(one.calls.get() - before).isEqualTo(10);
  }

  @Test
  void call_isRefused_soonAndInWords_whenTheServerIsOfAnotherAuthority() throws IOException {
    Tls stranger =
        tls("stranger", new TestAuthority("other"), new TestAuthority("x").issue("s", "localhost"));
    Tls mesh = tls("mesh", authority, authority.issue("node", "localhost"));

    assertRefused(
        stub(mesh, "localhost:" + serve(stranger, new EchoScorer("x")).port()),
        "certificate CN=s of localhost is not trusted",
        "(expected: one of an authority in tls.hops.ca, " + folder.resolve("mesh/ca.pem") + ")");
  }

  @Test
  void call_isRefused_soonAndInWords_whenTheCertificateIsForAnotherHost() throws IOException {
    Tls elsewhere = tls("elsewhere", authority, authority.issue("node", "scorer.mesh"));
    EchoScorer scorer = new EchoScorer("x");
    String target = "localhost:" + serve(elsewhere, scorer).port();

    assertRefused(
        stub(elsewhere, target),
        "certificate CN=node of localhost is for scorer.mesh",
        "(expected: a certificate for localhost; tls.hops.server_name names another)");
    Tls named = tls("named", authority, authority.issue("caller", "c"), "server_name: scorer.mesh");
    assertThat(ask(stub(named, target))).isEqualTo("x");
  }

  @Test
  void call_isRefused_soonAndInWords_whenTheCertificateHasExpiredMeanwhile() throws Exception {
    X509Bundle brief =
        authority.issue(
            new io.netty.pkitesting.CertificateBuilder()
                .ecp256()
                .notAfter(java.time.Instant.now().plusSeconds(4)),
            "brief",
            "localhost");
    Tls ending = tls("ending", authority, brief);
    int port = serve(ending, new EchoScorer("x")).port();
    Tls mesh = tls("mesh", authority, authority.issue("node", "localhost"));
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> brief.getCertificate().getNotAfter().before(new java.util.Date()));

    assertRefused(
        stub(mesh, "localhost:" + port),
        "certificate CN=brief of localhost expired at ",
        "(expected: one that is valid now, ");
  }

  @Test
  void caller_isRefused_withoutACertificate_andWithOneOfAnotherAuthority() throws IOException {
    Tls mesh = tls("mesh", authority, authority.issue("node", "localhost"));
    EchoScorer scorer = new EchoScorer("x");
    String target = "localhost:" + serve(mesh, scorer).port();
    Tls none = of("hops: {ca: %s, client_auth: none}".formatted(folder.resolve("mesh/ca.pem")));
    Tls foreign = tls("foreign", authority, new TestAuthority("other").issue("spy", "spy"));

    assertUnavailable(stub(none, target));
    assertUnavailable(stub(foreign, target));
    assertThat(scorer.calls).hasValue(0);
    assertThat(ask(stub(mesh, target))).isEqualTo("x");
  }

  @Test
  void caller_needsNoCertificate_whenNoneIsAskedFor() throws IOException {
    Tls mesh = tls("mesh", authority, authority.issue("node", "localhost"), "client_auth: none");
    String target = "localhost:" + serve(mesh, new EchoScorer("x")).port();
    Tls none = of("hops: {ca: %s, client_auth: none}".formatted(folder.resolve("mesh/ca.pem")));

    assertThat(ask(stub(none, target))).isEqualTo("x");
  }

  @Test
  void call_ends_whenOnlyOneSideSpeaksTls() throws IOException {
    Tls mesh = tls("mesh", authority, authority.issue("node", "localhost"));
    Tls plain = of("edge: {}");
    EchoScorer scorer = new EchoScorer("x");

    assertUnavailable(stub(plain, "localhost:" + serve(mesh, scorer).port()));
    assertUnavailable(stub(mesh, "localhost:" + serve(plain, scorer).port()));
    assertThat(scorer.calls).hasValue(0);
  }

  @Test
  void call_ends_whenTheServerSaysNothing() throws IOException {
    Tls mesh = tls("mesh", authority, authority.issue("node", "localhost"));
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      var stub = stub(mesh, "localhost:" + silent.getLocalPort());

      assertThatThrownBy(() ->
              stub.withDeadlineAfter(2, TimeUnit.SECONDS)
                  .analyze(AnalyzeRequest.getDefaultInstance()))
          .isInstanceOfSatisfying(
              StatusRuntimeException.class,
              error ->
                  assertThat(error.getStatus().getCode())
                      .isIn(Status.Code.DEADLINE_EXCEEDED, Status.Code.UNAVAILABLE));
    }
  }

  @Test
  void h9_rotation_losesNoCall_andNewConnectionsSeeTheNewCertificate() throws Exception {
    Tls mesh = tls("mesh", authority, authority.issue("first", "localhost"));
    int port = serve(mesh, new EchoScorer("x")).port();
    var stub = stub(mesh, "localhost:" + port);
    assertThat(ask(stub)).isEqualTo("x");
    assertThat(shown(port)).isEqualTo("CN=first");
    AtomicInteger calls = new AtomicInteger();
    Set<String> failures = ConcurrentHashMap.newKeySet();
    Thread load =
        Thread.ofPlatform()
            .start(() -> {
              while (!Thread.currentThread().isInterrupted()) {
                try {
                  ask(stub);
                  ManagedChannel fresh = channel(mesh, "localhost:" + port);
                  ask(ScorerServiceGrpc.newBlockingStub(fresh));
                  fresh.shutdownNow();
                  calls.addAndGet(2);
                } catch (RuntimeException e) {
                  if (!Thread.currentThread().isInterrupted()) {
                    failures.add(e.toString());
                  }
                }
              }
            });

    for (int round = 0; round < 5; round++) {
      String name = "round " + round;
      int before = calls.get();
      TestAuthority.write(folder.resolve("mesh"), authority.issue(name, "localhost"));
      await()
          .atMost(Duration.ofSeconds(20))
          .until(() -> shown(port).equals("CN=" + name) && calls.get() > before + 4);
    }
    load.interrupt();
    load.join();

    assertThat(failures).isEmpty();
    assertThat(calls.get()).isGreaterThan(20);
  }

  /** What a client that never was here before is shown. */
  private static String shown(int port) throws Exception {
    String[] name = {""};
    X509ExtendedTrustManager recording =
        new X509ExtendedTrustManager() {
          @Override
          public void checkServerTrusted(
              java.security.cert.X509Certificate[] chain, String type, java.net.Socket socket) {
            name[0] = chain[0].getSubjectX500Principal().getName();
          }

          @Override
          public void checkServerTrusted(
              java.security.cert.X509Certificate[] chain,
              String type,
              javax.net.ssl.SSLEngine engine) {}

          @Override
          public void checkServerTrusted(java.security.cert.X509Certificate[] chain, String type) {}

          @Override
          public void checkClientTrusted(
              java.security.cert.X509Certificate[] chain, String type, java.net.Socket socket)
              throws CertificateException {
            throw new CertificateException();
          }

          @Override
          public void checkClientTrusted(
              java.security.cert.X509Certificate[] chain,
              String type,
              javax.net.ssl.SSLEngine engine)
              throws CertificateException {
            throw new CertificateException();
          }

          @Override
          public void checkClientTrusted(java.security.cert.X509Certificate[] chain, String type)
              throws CertificateException {
            throw new CertificateException();
          }

          @Override
          public java.security.cert.X509Certificate[] getAcceptedIssuers() {
            return new java.security.cert.X509Certificate[0];
          }
        };
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, new TrustManager[] {recording}, null);
    try (SSLSocket socket =
        (SSLSocket) context.getSocketFactory().createSocket("localhost", port)) {
      socket.setSoTimeout(10_000);
      socket.startHandshake();
    }
    return name[0];
  }

  private void assertRefused(ScorerServiceGrpc.ScorerServiceBlockingStub stub, String... words) {
    assertThatThrownBy(() -> ask(stub))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            error -> assertThat(error.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE))
        .satisfies(error -> assertThat(trace(error)).contains(words));
  }

  private static void assertUnavailable(ScorerServiceGrpc.ScorerServiceBlockingStub stub) {
    assertThatThrownBy(() -> ask(stub))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            error -> assertThat(error.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE));
  }

  private static String trace(Throwable error) {
    StringBuilder text = new StringBuilder();
    for (Throwable cause = error; cause != null; cause = cause.getCause()) {
      text.append(cause).append('\n');
    }
    return text.toString();
  }

  private Tls tls(String name, TestAuthority trusted, X509Bundle own, String... more) {
    Path home = folder.resolve(name);
    TestAuthority.write(home, own);
    trusted.writeTo(home.resolve("ca.pem"));
    return of(
        "hops: {cert: %1$s/cert.pem, key: %1$s/key.pem, ca: %1$s/ca.pem%2$s}"
            .formatted(home, more.length == 0 ? "" : ", " + String.join(", ", more)));
  }

  private Tls of(String parts) {
    Tls tls =
        Tls.of(ConfigSource.parse("f", "tls: {reload_interval: 20ms, " + parts + "}", Map.of()));
    opened.push(tls);
    return tls;
  }

  private RpcServer serve(Tls tls, EchoScorer scorer) throws IOException {
    RpcServer server =
        RpcServer.listen(
            new InetSocketAddress("127.0.0.1", 0), tls.hopServer(), List.of(scorer), List.of());
    opened.push(() -> server.close(Duration.ZERO));
    return server;
  }

  private ManagedChannel channel(Tls tls, String target) {
    return RpcChannels.connect(target, tls.hopClient(), List.of());
  }

  private ScorerServiceGrpc.ScorerServiceBlockingStub stub(Tls tls, String target) {
    ManagedChannel channel = channel(tls, target);
    opened.push(() -> channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS));
    return ScorerServiceGrpc.newBlockingStub(channel);
  }

  private static String ask(ScorerServiceGrpc.ScorerServiceBlockingStub stub) {
    return stub.withDeadlineAfter(40, TimeUnit.SECONDS)
        .analyze(AnalyzeRequest.getDefaultInstance())
        .getModelFingerprint();
  }
}
