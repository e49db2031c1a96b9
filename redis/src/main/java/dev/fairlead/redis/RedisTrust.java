package dev.fairlead.redis;

import dev.fairlead.common.config.ConfigException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Collection;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** The authorities of {@code redis.ca}, read once. */
final class RedisTrust {

  private RedisTrust() {}

  /** Of a PEM file; what cannot be used is a {@link ConfigException} that names it. */
  static TrustManagerFactory of(Path file) {
    try (InputStream pem = Files.newInputStream(file)) {
      Collection<? extends Certificate> authorities =
          CertificateFactory.getInstance("X.509").generateCertificates(pem);
      if (authorities.isEmpty()) {
        throw refused(file, null);
      }
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      int number = 0;
      for (Certificate authority : authorities) {
        store.setCertificateEntry("redis-" + number++, authority);
      }
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(store);
      return trust;
    } catch (IOException | GeneralSecurityException e) {
      throw refused(file, e);
    }
  }

  private static ConfigException refused(Path file, @Nullable Exception cause) {
    String text = "redis.ca: " + file + " (expected: a PEM file with certificates)";
    return cause == null ? new ConfigException(text) : new ConfigException(text, cause);
  }
}
