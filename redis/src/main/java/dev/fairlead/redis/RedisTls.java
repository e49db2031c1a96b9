package dev.fairlead.redis;

import dev.fairlead.common.tls.ClientTls;
import java.security.KeyStore;
import java.security.Provider;
import java.security.Security;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.KeyManagerFactorySpi;
import javax.net.ssl.ManagerFactoryParameters;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.TrustManagerFactorySpi;
import org.jspecify.annotations.Nullable;
import org.redisson.config.Config;

/** Managers that follow their files, as the client wants them: from factories. */
final class RedisTls {

  private RedisTls() {}

  static void apply(Config config, ClientTls tls) {
    if (tls.keys() != null) {
      config.setSslKeyManagerFactory(new GivenKeys(tls.keys()));
    }
    if (tls.servers() != null) {
      config.setSslTrustManagerFactory(new GivenTrust(tls.servers()));
    }
  }

  /** Asked for by the constructors; nothing of it is used. */
  private static Provider provider() {
    return Security.getProviders()[0];
  }

  private static final class GivenKeys extends KeyManagerFactory {
    GivenKeys(KeyManager keys) {
      super(
          new KeyManagerFactorySpi() {
            @Override
            protected void engineInit(@Nullable KeyStore store, char @Nullable [] password) {}

            @Override
            protected void engineInit(@Nullable ManagerFactoryParameters parameters) {}

            @Override
            protected KeyManager[] engineGetKeyManagers() {
              return new KeyManager[] {keys};
            }
          },
          provider(),
          "given");
    }
  }

  private static final class GivenTrust extends TrustManagerFactory {
    GivenTrust(TrustManager trust) {
      super(
          new TrustManagerFactorySpi() {
            @Override
            protected void engineInit(@Nullable KeyStore store) {}

            @Override
            protected void engineInit(@Nullable ManagerFactoryParameters parameters) {}

            @Override
            protected TrustManager[] engineGetTrustManagers() {
              return new TrustManager[] {trust};
            }
          },
          provider(),
          "given");
    }
  }
}
