package dev.fairlead.common.tls;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;

/** An authority that was made up for a test, and the files of what it issues. */
public final class TestAuthority {

  private final X509Bundle root;

  public TestAuthority(String name) {
    try {
      root =
          new CertificateBuilder()
              .ecp256()
              .subject("CN=" + name)
              .setIsCertificateAuthority(true)
              .buildSelfSigned();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  /** A certificate of both uses for hosts by name or address. */
  public X509Bundle issue(String subject, String... hosts) {
    return issue(new CertificateBuilder().ecp256(), subject, hosts);
  }

  public X509Bundle issueExpired(String subject, String... hosts) {
    Instant now = Instant.now();
    return issue(
        new CertificateBuilder()
            .ecp256()
            .notBefore(now.minus(Duration.ofDays(9)))
            .notAfter(now.minus(Duration.ofDays(2))),
        subject,
        hosts);
  }

  public X509Bundle issue(CertificateBuilder builder, String subject, String... hosts) {
    builder
        .subject("CN=" + subject)
        .addExtendedKeyUsageServerAuth()
        .addExtendedKeyUsageClientAuth();
    for (String host : hosts) {
      if (Character.isDigit(host.charAt(0)) || host.contains(":")) {
        builder.addSanIpAddress(host);
      } else {
        builder.addSanDnsName(host);
      }
    }
    try {
      return builder.buildIssuedBy(root);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  /** Writes its own certificate. */
  public Path writeTo(Path file) {
    return write(file, root.getCertificatePEM());
  }

  /** Writes {@code cert.pem} and {@code key.pem}. */
  public static void write(Path folder, X509Bundle bundle) {
    write(folder.resolve("cert.pem"), bundle.getCertificatePathPEM());
    write(folder.resolve("key.pem"), bundle.getPrivateKeyPEM());
  }

  public static Path write(Path file, String text) {
    try {
      Files.createDirectories(file.getParent());
      return Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
