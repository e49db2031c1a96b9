package dev.fairlead.common.tls;

import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * What a caller trusts and shows. The managers follow the files.
 *
 * @param keys shows the caller's own certificate; null when it has none
 * @param servers checks those of servers; null: by the authorities of the JVM
 * @param serverName the name that servers' certificates carry; empty: the host that is called
 */
public record ClientTls(
    @Nullable X509ExtendedKeyManager keys,
    @Nullable X509ExtendedTrustManager servers,
    String serverName) {}
