package dev.fairlead.common.tls;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Trusts the authorities that are current when a handshake asks, and says what is wrong with a
 * certificate that it refuses. Thread-safe.
 */
final class ReloadingTrust extends X509ExtendedTrustManager {

  private static final X509Certificate[] ANY = {};

  private final RefusedPeers refused;
  private volatile Trusted trusted;

  private record Trusted(X509ExtendedTrustManager checks, Instant expiry) {}

  /**
   * Trusts what {@code file} held.
   *
   * @param configKey the file's name in the configuration
   */
  ReloadingTrust(String configKey, Path file, List<X509Certificate> authorities) {
    this.refused = new RefusedPeers(configKey, file);
    this.trusted = trusting(authorities);
  }

  /** From now on handshakes trust these. */
  void replace(List<X509Certificate> authorities) {
    trusted = trusting(authorities);
  }

  /** The first end of an authority. */
  Instant expiry() {
    return trusted.expiry();
  }

  private static Trusted trusting(List<X509Certificate> authorities) {
    Instant expiry =
        authorities.stream()
            .map(authority -> authority.getNotAfter().toInstant())
            .min(Instant::compareTo)
            .orElseThrow();
    return new Trusted(checks(authorities), expiry);
  }

  private static X509ExtendedTrustManager checks(List<X509Certificate> authorities) {
    try {
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      for (int i = 0; i < authorities.size(); i++) {
        store.setCertificateEntry("authority-" + i, authorities.get(i));
      }
      TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
      factory.init(store);
      for (TrustManager manager : factory.getTrustManagers()) {
        if (manager instanceof X509ExtendedTrustManager extended) {
          return extended;
        }
      }
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException("the JVM cannot check certificates", e);
    }
    throw new IllegalStateException("the JVM has no extended trust manager");
  }

  /**
   * None: a server tells them to clients once and for all when it starts, and a client whose new
   * authority is not among them would show nothing.
   */
  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return ANY;
  }

  @Override
  public void checkClientTrusted(
      X509Certificate[] chain, String authType, @Nullable SSLEngine engine)
      throws CertificateException {
    check(chain, null, () -> trusted.checks().checkClientTrusted(chain, authType, engine));
  }

  @Override
  public void checkServerTrusted(
      X509Certificate[] chain, String authType, @Nullable SSLEngine engine)
      throws CertificateException {
    check(
        chain,
        engine == null ? null : engine.getPeerHost(),
        () -> trusted.checks().checkServerTrusted(chain, authType, engine));
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, @Nullable Socket socket)
      throws CertificateException {
    check(chain, null, () -> trusted.checks().checkClientTrusted(chain, authType, socket));
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, @Nullable Socket socket)
      throws CertificateException {
    check(chain, null, () -> trusted.checks().checkServerTrusted(chain, authType, socket));
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    check(chain, null, () -> trusted.checks().checkClientTrusted(chain, authType));
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    check(chain, null, () -> trusted.checks().checkServerTrusted(chain, authType));
  }

  private interface Check {
    void run() throws CertificateException;
  }

  private void check(X509Certificate[] chain, @Nullable String host, Check check)
      throws CertificateException {
    try {
      check.run();
    } catch (CertificateException e) {
      throw refused.explained(chain, host, e);
    }
  }
}
