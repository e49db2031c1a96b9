package dev.fairlead.gateway;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** An authority that was made up for a test, what it issues, and clients that trust it. */
final class TestCertificates {

  private final X509Bundle root;

  TestCertificates(String name) throws Exception {
    root =
        new CertificateBuilder()
            .ecp256()
            .subject("CN=" + name)
            .setIsCertificateAuthority(true)
            .buildSelfSigned();
  }

  /** A certificate of this machine, for both uses. */
  X509Bundle issue(String subject) throws Exception {
    return new CertificateBuilder()
        .ecp256()
        .subject("CN=" + subject)
        .addSanDnsName("localhost")
        .addSanIpAddress("127.0.0.1")
        .addExtendedKeyUsageServerAuth()
        .addExtendedKeyUsageClientAuth()
        .buildIssuedBy(root);
  }

  /** Issues one and writes {@code cert.pem} and {@code key.pem}, and {@code ca.pem} beside them. */
  void writeTo(Path folder, String subject) throws Exception {
    X509Bundle issued = issue(subject);
    write(folder.resolve("cert.pem"), issued.getCertificatePathPEM());
    write(folder.resolve("key.pem"), issued.getPrivateKeyPEM());
    write(folder.resolve("ca.pem"), root.getCertificatePEM());
  }

  private static void write(Path file, String text) throws IOException {
    Files.writeString(file, text);
  }

  /** For a client that trusts this authority and shows {@code own}, or nothing. */
  SSLContext client(@Nullable X509Bundle own) throws GeneralSecurityException {
    KeyManager[] shown = own == null ? null : own.toKeyManagerFactory().getKeyManagers();
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(shown, root.toTrustManagerFactory().getTrustManagers(), null);
    return context;
  }
}
