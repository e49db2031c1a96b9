package dev.fairlead.common.tls;

import dev.fairlead.common.config.ConfigException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;

/**
 * A private key and the chain of its certificate, leaf first, as they were checked to belong
 * together and to be valid.
 */
record KeyMaterial(PrivateKey key, List<X509Certificate> chain) {

  private static final byte[] PROBE = "fairlead".getBytes(StandardCharsets.US_ASCII);

  KeyMaterial {
    chain = List.copyOf(chain);
  }

  /**
   * Reads what the two files of {@code section} hold.
   *
   * @throws ConfigException when it cannot be used; the message names key, file and expectation
   */
  static KeyMaterial parse(
      String section, Path cert, byte[] certPem, Path key, byte[] keyPem, Instant now) {
    List<X509Certificate> chain = certificates(section + ".cert", cert, certPem);
    PrivateKey privateKey;
    try {
      privateKey = PemBlocks.privateKey(keyPem);
    } catch (GeneralSecurityException e) {
      throw new ConfigException(
          section
              + ".key: "
              + key
              + ": "
              + e.getMessage()
              + " (expected: a private key in PEM, RSA, EC or Ed25519, not encrypted)");
    }
    valid(section + ".cert", cert, chain.getFirst(), now);
    if (!belongs(privateKey, chain.getFirst().getPublicKey())) {
      throw new ConfigException(
          section
              + ".key: "
              + key
              + " does not belong to "
              + cert
              + " (expected: the private key of its first certificate)");
    }
    return new KeyMaterial(privateKey, chain);
  }

  /** The certificates of a file; at least one. */
  static List<X509Certificate> certificates(String configKey, Path file, byte[] pem) {
    List<X509Certificate> found;
    try {
      found = PemBlocks.certificates(pem);
    } catch (GeneralSecurityException e) {
      throw new ConfigException(
          configKey + ": " + file + " is damaged (expected: certificates in PEM)");
    }
    if (found.isEmpty()) {
      throw new ConfigException(
          configKey + ": " + file + " holds no certificate (expected: certificates in PEM)");
    }
    return found;
  }

  private static void valid(String configKey, Path file, X509Certificate leaf, Instant now) {
    Instant from = leaf.getNotBefore().toInstant();
    Instant to = leaf.getNotAfter().toInstant();
    if (now.isBefore(from) || now.isAfter(to)) {
      throw new ConfigException(
          configKey
              + ": "
              + file
              + (now.isAfter(to) ? " expired at " + to : " is not valid before " + from)
              + " (expected: a certificate that is valid now, "
              + now
              + ")");
    }
  }

  private static boolean belongs(PrivateKey key, PublicKey certified) {
    String algorithm =
        switch (key.getAlgorithm()) {
          case "RSA" -> "SHA256withRSA";
          case "EC" -> "SHA256withECDSA";
          default -> "EdDSA";
        };
    try {
      Signature signing = Signature.getInstance(algorithm);
      signing.initSign(key);
      signing.update(PROBE);
      Signature verifying = Signature.getInstance(algorithm);
      verifying.initVerify(certified);
      verifying.update(PROBE);
      return verifying.verify(signing.sign());
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  /** The end of the leaf. */
  Instant expiry() {
    return chain.getFirst().getNotAfter().toInstant();
  }

  @Override
  public String toString() {
    return "KeyMaterial[" + chain.getFirst().getSubjectX500Principal() + "]";
  }
}
