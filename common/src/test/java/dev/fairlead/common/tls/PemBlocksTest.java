package dev.fairlead.common.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.pkitesting.CertificateBuilder.Algorithm;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.sec.ECPrivateKey;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class PemBlocksTest {

  @ParameterizedTest
  @EnumSource(
      value = Algorithm.class,
      names = {"ecp256", "ecp384", "rsa2048", "ed25519"})
  void key_isRead_whenItIsPkcs8(Algorithm algorithm) throws Exception {
    KeyPair pair = algorithm.generateKeyPair(new SecureRandom());

    assertThat(PemBlocks.privateKey(pem("PRIVATE KEY", pair.getPrivate().getEncoded())))
        .isEqualTo(pair.getPrivate());
  }

  @Test
  void key_isRead_whenItIsPkcs1() throws Exception {
    KeyPair pair = Algorithm.rsa2048.generateKeyPair(new SecureRandom());
    byte[] pkcs1 =
        PrivateKeyInfo.getInstance(pair.getPrivate().getEncoded())
            .parsePrivateKey()
            .toASN1Primitive()
            .getEncoded();

    assertThat(PemBlocks.privateKey(pem("RSA PRIVATE KEY", pkcs1))).isEqualTo(pair.getPrivate());
  }

  @ParameterizedTest
  @EnumSource(
      value = Algorithm.class,
      names = {"ecp256", "ecp384"})
  void key_isRead_whenItIsSec1_behindItsParameters(Algorithm algorithm) throws Exception {
    KeyPair pair = algorithm.generateKeyPair(new SecureRandom());
    PrivateKeyInfo pkcs8 = PrivateKeyInfo.getInstance(pair.getPrivate().getEncoded());
    ECPrivateKey bare = ECPrivateKey.getInstance(pkcs8.parsePrivateKey());
    ASN1ObjectIdentifier curve =
        ASN1ObjectIdentifier.getInstance(pkcs8.getPrivateKeyAlgorithm().getParameters());
    byte[] sec1 =
        new ECPrivateKey(algorithm == Algorithm.ecp256 ? 256 : 384, bare.getKey(), curve)
            .getEncoded();
    String text =
        new String(pem("EC PARAMETERS", curve.getEncoded()), StandardCharsets.US_ASCII)
            + new String(pem("EC PRIVATE KEY", sec1), StandardCharsets.US_ASCII);

    PrivateKey read = PemBlocks.privateKey(text.getBytes(StandardCharsets.US_ASCII));

    // Two forms of one key are no equal objects.
    assertThat(((java.security.interfaces.ECPrivateKey) read).getS())
        .isEqualTo(((java.security.interfaces.ECPrivateKey) pair.getPrivate()).getS());
    assertThat(((java.security.interfaces.ECPrivateKey) read).getParams())
        .isEqualTo(((java.security.interfaces.ECPrivateKey) pair.getPrivate()).getParams());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "nonsense",
        "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----",
        "-----BEGIN EC PRIVATE KEY-----\nMAMCAQE=\n-----END EC PRIVATE KEY-----",
        "-----BEGIN EC PRIVATE KEY-----\nMA==\n-----END EC PRIVATE KEY-----",
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----",
        "-----BEGIN RSA PRIVATE KEY-----\n"
            + "Proc-Type: 4,ENCRYPTED\n"
            + "AA==\n"
            + "-----END RSA PRIVATE KEY-----",
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"
      })
  void text_isRefused_whenNoKeyOfItCanBeUsed(String pem) {
    assertThatThrownBy(() -> PemBlocks.privateKey(pem.getBytes(StandardCharsets.US_ASCII)))
        .isInstanceOf(java.security.GeneralSecurityException.class)
        .message()
        .matches("no private key is in it|its key .*");
  }

  @Test
  void certificates_areRead_withWhatIsBetweenThem() throws Exception {
    TestAuthority authority = new TestAuthority("a");
    var one = authority.issue("one", "localhost");
    var two = authority.issue("two", "localhost");
    String text =
        "Subject: one\n" + one.getCertificatePEM() + "\n# two\n" + two.getCertificatePEM();

    assertThat(PemBlocks.certificates(text.getBytes(StandardCharsets.US_ASCII)))
        .isEqualTo(List.of(one.getCertificate(), two.getCertificate()));
    assertThat(PemBlocks.certificates(new byte[0])).isEmpty();
  }

  private static byte[] pem(String label, byte[] der) {
    return ("-----BEGIN "
            + label
            + "-----\n"
            + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der)
            + "\n-----END "
            + label
            + "-----\n")
        .getBytes(StandardCharsets.US_ASCII);
  }
}
