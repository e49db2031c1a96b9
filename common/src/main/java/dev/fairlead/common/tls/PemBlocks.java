package dev.fairlead.common.tls;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Certificates and private keys in PEM (RFC 7468). Of keys: PKCS#8 (RFC 5958), and the older forms
 * that many tools still write, PKCS#1 (RFC 8017, appendix A.1.2) and SEC 1 (RFC 5915), which are
 * wrapped into it.
 */
final class PemBlocks {

  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN ([A-Z0-9 ]{1,40})-----([^-]*)-----END \\1-----");
  private static final List<String> ALGORITHMS = List.of("RSA", "EC", "EdDSA");

  private static final int SEQUENCE = 0x30;
  private static final int OCTETS = 0x04;
  private static final int PARAMETERS = 0xa0;

  /** INTEGER 0, the version of PKCS#8. */
  private static final byte[] VERSION = {2, 1, 0};

  /** SEQUENCE of rsaEncryption (1.2.840.113549.1.1.1) and NULL. */
  private static final byte[] RSA = {
    0x30, 13, 6, 9, 0x2a, (byte) 0x86, 0x48, (byte) 0x86, (byte) 0xf7, 13, 1, 1, 1, 5, 0
  };

  /** OID id-ecPublicKey (1.2.840.10045.2.1). */
  private static final byte[] EC = {6, 7, 0x2a, (byte) 0x86, 0x48, (byte) 0xce, 0x3d, 2, 1};

  private PemBlocks() {}

  /** All certificates of the text, in their order; none is an empty list. */
  static List<X509Certificate> certificates(byte[] pem) throws GeneralSecurityException {
    CertificateFactory factory = CertificateFactory.getInstance("X.509");
    List<X509Certificate> found = new ArrayList<>();
    Matcher blocks = BLOCK.matcher(new String(pem, StandardCharsets.ISO_8859_1));
    while (blocks.find()) {
      if (blocks.group(1).equals("CERTIFICATE")) {
        found.add(
            (X509Certificate)
                factory.generateCertificate(new ByteArrayInputStream(decoded(blocks.group(2)))));
      }
    }
    return found;
  }

  /**
   * The first private key of the text.
   *
   * @throws GeneralSecurityException when there is none that can be used; its message says what is
   *     there and nothing of it
   */
  static PrivateKey privateKey(byte[] pem) throws GeneralSecurityException {
    Matcher blocks = BLOCK.matcher(new String(pem, StandardCharsets.ISO_8859_1));
    while (blocks.find()) {
      switch (blocks.group(1)) {
        case "PRIVATE KEY" -> {
          return parsed(decoded(blocks.group(2)));
        }
        case "RSA PRIVATE KEY" -> {
          if (blocks.group(2).contains(":")) {
            throw new InvalidKeySpecException("its key is encrypted");
          }
          return parsed(wrapped(RSA, decoded(blocks.group(2))));
        }
        case "EC PRIVATE KEY" -> {
          byte[] key = decoded(blocks.group(2));
          return parsed(wrapped(element(SEQUENCE, EC, curve(key)), key));
        }
        case "ENCRYPTED PRIVATE KEY" -> throw new InvalidKeySpecException("its key is encrypted");
        default -> {}
      }
    }
    throw new InvalidKeySpecException("no private key is in it");
  }

  private static byte[] decoded(String base64) throws InvalidKeySpecException {
    try {
      return Base64.getMimeDecoder().decode(base64);
    } catch (IllegalArgumentException e) {
      throw new InvalidKeySpecException("its base64 is damaged");
    }
  }

  private static PrivateKey parsed(byte[] pkcs8) throws GeneralSecurityException {
    for (String algorithm : ALGORITHMS) {
      try {
        return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
      } catch (InvalidKeySpecException e) {
        continue;
      }
    }
    throw new InvalidKeySpecException("its key is damaged or of another kind than " + ALGORITHMS);
  }

  private static byte[] wrapped(byte[] algorithm, byte[] key) {
    return element(SEQUENCE, VERSION, algorithm, element(OCTETS, key));
  }

  /** What an ECPrivateKey holds under [0]: the curve's OID. */
  private static byte[] curve(byte[] sec1) throws InvalidKeySpecException {
    try {
      int at = contentOf(sec1, 0);
      while (at < sec1.length && (sec1[at] & 0xff) != PARAMETERS) {
        at = contentOf(sec1, at) + length(sec1, at);
      }
      int from = contentOf(sec1, at);
      byte[] curve = new byte[length(sec1, at)];
      System.arraycopy(sec1, from, curve, 0, curve.length);
      return curve;
    } catch (IndexOutOfBoundsException | ArithmeticException e) {
      throw new InvalidKeySpecException("its key does not name its curve");
    }
  }

  private static int contentOf(byte[] der, int at) {
    int first = der[at + 1] & 0xff;
    return at + 2 + (first < 0x80 ? 0 : first - 0x80);
  }

  private static int length(byte[] der, int at) {
    int first = der[at + 1] & 0xff;
    return first < 0x80 ? first : new BigInteger(1, der, at + 2, first - 0x80).intValueExact();
  }

  private static byte[] element(int tag, byte[]... parts) {
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      content.writeBytes(part);
    }
    ByteArrayOutputStream element = new ByteArrayOutputStream();
    element.write(tag);
    if (content.size() < 0x80) {
      element.write(content.size());
    } else {
      byte[] length = BigInteger.valueOf(content.size()).toByteArray();
      int from = length[0] == 0 ? 1 : 0;
      element.write(0x80 | (length.length - from));
      element.write(length, from, length.length - from);
    }
    element.writeBytes(content.toByteArray());
    return element.toByteArray();
  }
}
