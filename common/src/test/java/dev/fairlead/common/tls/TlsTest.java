package dev.fairlead.common.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.fairlead.common.config.ConfigException;
import dev.fairlead.common.config.ConfigSource;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TlsTest {

  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final TestAuthority authority = new TestAuthority("authority");
  private @TempDir Path folder;
  private Path cert;
  private Path key;
  private Path ca;
  private @Nullable Tls tls;

  @BeforeEach
  void write() {
    cert = folder.resolve("cert.pem");
    key = folder.resolve("key.pem");
    ca = authority.writeTo(folder.resolve("ca.pem"));
    TestAuthority.write(folder, authority.issue("first", "localhost"));
  }

  @AfterEach
  void close() {
    if (tls != null) {
      tls.close();
    }
  }

  @Test
  void nothingIsOn_byDefault() {
    tls = Tls.of(ConfigSource.parse("f", "", Map.of()));

    assertThat(tls.edge()).isNull();
    assertThat(tls.hopServer()).isNull();
    assertThat(tls.hopClient()).isNull();
    assertThat(tls.status()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          edge: {cert: c} | tls.edge.key: missing
          edge: {key: k} | tls.edge.cert: missing
          edge: {cert: c, key: k, client_auth: want} | tls.edge.client_ca: missing
          edge: {client_ca: a, client_auth: require} | tls.edge.cert: missing
          edge: {cert: c, key: k, client_ca: a} | client_auth: none (expected: want or require
          edge: {client_auth: maybe} | client_auth: maybe (expected: none, want
          hops: {cert: c} | tls.hops.key: missing
          hops: {cert: c, key: k} | tls.hops.ca: missing
          hops: {ca: a} | tls.hops.cert: missing
          hops: {client_auth: all} | tls.hops.client_auth: all
          reload_interval: 0 | tls.reload_interval: PT0S
          """)
  void section_isRefused_whenItDoesNotFitTogether(String yaml, String complaint) {
    ConfigSource config = ConfigSource.parse("f", "tls: {" + yaml + "}", Map.of());

    assertThatThrownBy(() -> Tls.of(config))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(complaint);
  }

  @Test
  void backend_isRefused_whenOnlyCallersHaveWhatTheyNeed() {
    Tls callers = Tls.of(config("hops: {ca: %s, client_auth: none}".formatted(ca)));
    tls = callers;

    assertThat(callers.hopClient()).isNotNull();
    assertThatThrownBy(callers::hopServer).hasMessageStartingWith("tls.hops.cert: missing");
  }

  @Test
  void files_areRefusedAtTheStart_withKeyFileAndExpectation() throws IOException {
    X509Bundle other = authority.issue("other", "localhost");
    Files.move(cert, folder.resolve("away"));
    assertRefused("tls.edge.cert: " + cert + " cannot be read (expected: a PEM");
    Files.writeString(cert, "x");
    assertRefused("tls.edge.cert: " + cert + " holds no certificate (expected: ");
    Files.writeString(cert, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    assertRefused("tls.edge.cert: " + cert + " is damaged (expected: ");
    Files.writeString(cert, other.getCertificatePathPEM());
    assertRefused("tls.edge.key: " + key + " does not belong to " + cert + " (expected: ");
    TestAuthority.write(folder, authority.issueExpired("old", "localhost"));
    assertRefused("tls.edge.cert: " + cert + " expired at ");
    Files.writeString(key, "nothing");
    assertRefused("tls.edge.key: " + key + ": no private key is in it (expected: ");
  }

  private void assertRefused(String start) {
    try (Tls refused = Tls.of(edge())) {
      assertThatThrownBy(refused::edge)
          .isInstanceOf(ConfigException.class)
          .hasMessageStartingWith(start)
          .hasMessageContaining("(expected: ");
      assertThat(refused.status()).isEmpty();
    }
  }

  @Test
  void newCertificate_isShown_withoutAnythingElseBeingAsked() {
    ServerTls server = started();
    assertThat(shown(server)).isEqualTo("CN=first");
    Instant first = edgeStatus().expiry();

    X509Bundle second =
        authority.issue(
            new io.netty.pkitesting.CertificateBuilder()
                .rsa2048()
                .notAfter(Instant.now().plus(Duration.ofDays(3))),
            "second",
            "localhost");
    TestAuthority.write(folder, second);

    await().atMost(PATIENCE).until(() -> shown(server).equals("CN=second"));
    assertThat(edgeStatus().expiry())
        .isEqualTo(second.getCertificate().getNotAfter().toInstant())
        .isNotEqualTo(first);
    assertThat(edgeStatus().replaced()).isPositive();
  }

  @Test
  void handshakeUnderWay_keepsThePairItChose() {
    ServerTls server = started();
    String alias = server.keys().chooseEngineServerAlias("EC", null, null);
    X509Certificate chosen = server.keys().getCertificateChain(alias)[0];
    var chosenKey = server.keys().getPrivateKey(alias);

    TestAuthority.write(folder, authority.issue("second", "localhost"));

    await().atMost(PATIENCE).until(() -> shown(server).equals("CN=second"));
    assertThat(server.keys().getCertificateChain(alias)[0]).isEqualTo(chosen);
    assertThat(server.keys().getPrivateKey(alias)).isEqualTo(chosenKey);
  }

  @Test
  void badCertificate_isNotTaken_untilAGoodOneComes() throws IOException {
    ServerTls server = started();

    TestAuthority.write(folder, authority.issueExpired("expired", "localhost"));
    await().atMost(PATIENCE).until(() -> edgeStatus().refused() == 1);
    assertThat(shown(server)).isEqualTo("CN=first");

    Files.writeString(cert, authority.issue("without its key", "localhost").getCertificatePEM());
    await().atMost(PATIENCE).until(() -> edgeStatus().refused() == 2);
    assertThat(shown(server)).isEqualTo("CN=first");

    Files.delete(cert);
    await().atMost(PATIENCE).until(() -> edgeStatus().refused() == 3);
    assertThat(shown(server)).isEqualTo("CN=first");

    TestAuthority.write(folder, authority.issue("good", "localhost"));
    await().atMost(PATIENCE).until(() -> shown(server).equals("CN=good"));
  }

  @Test
  void newCertificate_isShown_whenAFolderAboveIsSwappedBySymbolicLink() throws IOException {
    Path one = folder.resolve("..one");
    Path two = folder.resolve("..two");
    TestAuthority.write(one, authority.issue("one", "localhost"));
    TestAuthority.write(two, authority.issue("two", "localhost"));
    for (String file : List.of("cert.pem", "key.pem")) {
      FileTime same = FileTime.from(Instant.parse("2026-01-01T00:00:00Z"));
      Files.setLastModifiedTime(one.resolve(file), same);
      Files.setLastModifiedTime(two.resolve(file), same);
    }
    Path data = Files.createSymbolicLink(folder.resolve("..data"), one);
    cert = Files.createSymbolicLink(folder.resolve("tls.crt"), data.resolve("cert.pem"));
    key = Files.createSymbolicLink(folder.resolve("tls.key"), data.resolve("key.pem"));
    ServerTls server = started();
    assertThat(shown(server)).isEqualTo("CN=one");

    Path next = Files.createSymbolicLink(folder.resolve("..next"), two);
    Files.move(next, data, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);

    await().atMost(PATIENCE).until(() -> shown(server).equals("CN=two"));
    assertThat(edgeStatus().refused()).isZero();
  }

  @Test
  void newAuthority_isTrusted_andTheOldOneNoLonger() throws Exception {
    tls = Tls.of(config("hops: {cert: %s, key: %s, ca: %s}".formatted(cert, key, ca)));
    X509ExtendedTrustManager clients =
        Objects.requireNonNull(Objects.requireNonNull(tls.hopServer()).clients());
    TestAuthority next = new TestAuthority("next");
    X509Certificate[] ofFirst = authority.issue("caller", "c").getCertificatePath();
    X509Certificate[] ofNext = next.issue("caller", "c").getCertificatePath();
    clients.checkClientTrusted(ofFirst, "UNKNOWN");

    next.writeTo(ca);

    await().atMost(PATIENCE).untilAsserted(() -> clients.checkClientTrusted(ofNext, "UNKNOWN"));
    assertThatThrownBy(() -> clients.checkClientTrusted(ofFirst, "UNKNOWN"))
        .isInstanceOf(java.security.cert.CertificateException.class)
        .hasMessageContaining("CN=caller")
        .hasMessageContaining("(expected: one of an authority in tls.hops.ca, " + ca + ")");
    assertThat(clients.getAcceptedIssuers()).isEmpty();
    assertThat(tls.status()).containsOnlyKeys("hops", "hops_ca");
  }

  private Tls.Status edgeStatus() {
    return Objects.requireNonNull(Objects.requireNonNull(tls).status().get("edge"));
  }

  private ServerTls started() {
    tls = Tls.of(edge());
    ServerTls server = tls.edge();
    assertThat(server).isNotNull();
    assertThat(server.clientAuth()).isEqualTo(ClientAuth.NONE);
    return server;
  }

  private ConfigSource edge() {
    return config("edge: {cert: %s, key: %s}".formatted(cert, key));
  }

  private static ConfigSource config(String parts) {
    return ConfigSource.parse("f", "tls: {reload_interval: 20ms, " + parts + "}", Map.of());
  }

  private static String shown(ServerTls server) {
    String alias = server.keys().chooseEngineServerAlias("EC", null, null);
    return server.keys().getCertificateChain(alias)[0].getSubjectX500Principal().getName();
  }
}
