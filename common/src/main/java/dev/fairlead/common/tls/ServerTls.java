package dev.fairlead.common.tls;

import java.util.List;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * What a server shows and asks for. The managers follow the files; a handshake uses what is current
 * when it begins.
 *
 * @param keys shows the certificate
 * @param clients checks those of clients; null when none is asked for
 * @param clientAuth what is asked of clients
 */
public record ServerTls(
    X509ExtendedKeyManager keys,
    @Nullable X509ExtendedTrustManager clients,
    ClientAuth clientAuth) {

  /** The versions that are spoken. */
  public static final List<String> PROTOCOLS = List.of("TLSv1.3", "TLSv1.2");
}
