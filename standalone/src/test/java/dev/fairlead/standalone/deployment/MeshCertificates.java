package dev.fairlead.standalone.deployment;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.nio.file.Files;
import java.nio.file.Path;

/** An authority of a test's own, and one certificate that all services of its mesh share. */
public final class MeshCertificates {

  private MeshCertificates() {}

  /**
   * Writes {@code cert.pem}, {@code key.pem} and {@code ca.pem} and answers the section of the
   * configuration that names them: every hop by mTLS.
   */
  public static String writeTo(Path folder) {
    try {
      X509Bundle authority =
          new CertificateBuilder()
              .ecp256()
              .subject("CN=authority of the mesh")
              .setIsCertificateAuthority(true)
              .buildSelfSigned();
      X509Bundle node =
          new CertificateBuilder()
              .ecp256()
              .subject("CN=node of the mesh")
              .addSanIpAddress("127.0.0.1")
              .addExtendedKeyUsageServerAuth()
              .addExtendedKeyUsageClientAuth()
              .buildIssuedBy(authority);
      Files.createDirectories(folder);
      Files.writeString(folder.resolve("cert.pem"), node.getCertificatePathPEM());
      Files.writeString(folder.resolve("key.pem"), node.getPrivateKeyPEM());
      Files.writeString(folder.resolve("ca.pem"), authority.getCertificatePEM());
    } catch (Exception e) {
      throw new AssertionError(e);
    }
    return "tls: { hops: { cert: \"%1$s/cert.pem\", key: \"%1$s/key.pem\", ca: \"%1$s/ca.pem\" } }"
        .formatted(folder);
  }
}
