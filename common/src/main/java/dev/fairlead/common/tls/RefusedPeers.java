package dev.fairlead.common.tls;

import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says why a peer's certificate was refused, by what was expected, in the log as well: the peer
 * learns an alert's number only, and a caller that its call was not possible. The log hears at most
 * one every few seconds, as strangers may cause them.
 */
final class RefusedPeers {

  private static final Logger logger = LoggerFactory.getLogger(RefusedPeers.class);
  private static final long QUIET_NANOS = TimeUnit.SECONDS.toNanos(5);
  private static final int LONGEST_NAME = 200;

  private final String configKey;
  private final Path file;
  private final AtomicLong nextLog = new AtomicLong(System.nanoTime());

  RefusedPeers(String configKey, Path file) {
    this.configKey = configKey;
    this.file = file;
  }

  /**
   * The refusal in words.
   *
   * @param host whom we called; null when we were called
   */
  CertificateException explained(
      X509Certificate[] chain, @Nullable String host, CertificateException error) {
    String message = message(chain, host, error, Instant.now());
    long now = System.nanoTime();
    long due = nextLog.get();
    if (now - due >= 0 && nextLog.compareAndSet(due, now + QUIET_NANOS)) {
      logger.warn("TLS: {}", message);
    }
    return new CertificateException(message, error);
  }

  private String message(
      X509Certificate[] chain, @Nullable String host, CertificateException error, Instant now) {
    if (chain.length == 0) {
      return "the peer showed no certificate (expected: one of an authority in "
          + configKey
          + ", "
          + file
          + ")";
    }
    String peer =
        "certificate "
            + plain(chain[0].getSubjectX500Principal().getName())
            + (host == null ? " of a caller" : " of " + plain(host));
    for (X509Certificate certificate : chain) {
      Instant end = certificate.getNotAfter().toInstant();
      Instant begin = certificate.getNotBefore().toInstant();
      if (now.isAfter(end) || now.isBefore(begin)) {
        return peer
            + (now.isAfter(end) ? " expired at " + end : " is not valid before " + begin)
            + " (expected: one that is valid now, "
            + now
            + ")";
      }
    }
    if (host != null && error.getClass() == CertificateException.class) {
      // What the JVM throws for a name; chains end as a subclass.
      return peer
          + " is for "
          + names(chain[0])
          + " (expected: a certificate for "
          + plain(host)
          + "; tls.hops.server_name names another)";
    }
    return peer
        + " is not trusted: "
        + plain(String.valueOf(error.getMessage()))
        + " (expected: one of an authority in "
        + configKey
        + ", "
        + file
        + ")";
  }

  private static String names(X509Certificate certificate) {
    try {
      Collection<List<?>> names = certificate.getSubjectAlternativeNames();
      return names == null
          ? "no name"
          : plain(
              names.stream()
                  .map(name -> String.valueOf(name.get(1)))
                  .collect(Collectors.joining(", ")));
    } catch (CertificateParsingException e) {
      return "no readable name";
    }
  }

  /** A peer writes its own names. */
  private static String plain(String text) {
    String printable = text.replaceAll("[^\\x20-\\x7e]", "?");
    return printable.length() <= LONGEST_NAME ? printable : printable.substring(0, LONGEST_NAME);
  }
}
