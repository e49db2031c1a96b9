package dev.fairlead.common.tls;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.Map;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * Shows the certificate that is current when a handshake asks. The one before it stays, because a
 * handshake that has chosen it asks again for its chain and its key. Thread-safe.
 */
final class ReloadingKeys extends X509ExtendedKeyManager {

  private volatile Generations generations;

  private record Generations(long number, KeyMaterial newest, Map<String, KeyMaterial> byAlias) {
    static String alias(long generation) {
      return "generation-" + generation;
    }
  }

  ReloadingKeys(KeyMaterial first) {
    generations = new Generations(1, first, Map.of(Generations.alias(1), first));
  }

  /** From now on handshakes show this. Called by one thread. */
  void replace(KeyMaterial next) {
    Generations old = generations;
    long number = old.number() + 1;
    generations =
        new Generations(
            number,
            next,
            Map.of(Generations.alias(number), next, Generations.alias(old.number()), old.newest()));
  }

  /** What handshakes show now. */
  KeyMaterial current() {
    return generations.newest();
  }

  private String alias() {
    return Generations.alias(generations.number());
  }

  @Override
  public X509Certificate @Nullable [] getCertificateChain(String alias) {
    KeyMaterial material = generations.byAlias().get(alias);
    return material == null ? null : material.chain().toArray(new X509Certificate[0]);
  }

  @Override
  public @Nullable PrivateKey getPrivateKey(String alias) {
    KeyMaterial material = generations.byAlias().get(alias);
    return material == null ? null : material.key();
  }

  @Override
  public String chooseEngineServerAlias(
      String keyType, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
    return alias();
  }

  @Override
  public String chooseEngineClientAlias(
      String[] keyTypes, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
    return alias();
  }

  @Override
  public String chooseServerAlias(
      String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
    return alias();
  }

  @Override
  public String chooseClientAlias(
      String[] keyTypes, Principal @Nullable [] issuers, @Nullable Socket socket) {
    return alias();
  }

  @Override
  public String[] getServerAliases(String keyType, Principal @Nullable [] issuers) {
    return new String[] {alias()};
  }

  @Override
  public String[] getClientAliases(String keyType, Principal @Nullable [] issuers) {
    return new String[] {alias()};
  }
}
