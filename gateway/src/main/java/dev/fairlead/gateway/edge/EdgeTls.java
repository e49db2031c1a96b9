package dev.fairlead.gateway.edge;

import com.linecorp.armeria.server.ServerBuilder;
import dev.fairlead.common.tls.ServerTls;
import io.netty.handler.ssl.ClientAuth;
import java.security.KeyStore;
import java.security.Provider;
import java.security.Security;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.KeyManagerFactorySpi;
import javax.net.ssl.ManagerFactoryParameters;
import org.jspecify.annotations.Nullable;

/** TLS as the HTTP server wants it; HTTP/2 and HTTP/1.1 by ALPN are the server's own. */
final class EdgeTls {

  private EdgeTls() {}

  static void apply(ServerBuilder builder, ServerTls tls) {
    builder.tls(new GivenKeys(tls.keys()));
    builder.tlsCustomizer(context -> {
      context.protocols(ServerTls.PROTOCOLS);
      if (tls.clients() != null) {
        context.trustManager(tls.clients());
      }
      context.clientAuth(
          switch (tls.clientAuth()) {
            case NONE -> ClientAuth.NONE;
            case WANT -> ClientAuth.OPTIONAL;
            case REQUIRE -> ClientAuth.REQUIRE;
          });
    });
  }

  /** The server takes key managers only from a factory. */
  private static final class GivenKeys extends KeyManagerFactory {
    GivenKeys(KeyManager keys) {
      super(new Spi(keys), provider(), "given");
    }

    private static Provider provider() {
      return Security.getProviders()[0];
    }
  }

  private static final class Spi extends KeyManagerFactorySpi {
    private final KeyManager keys;

    Spi(KeyManager keys) {
      this.keys = keys;
    }

    @Override
    protected void engineInit(@Nullable KeyStore store, char @Nullable [] password) {}

    @Override
    protected void engineInit(@Nullable ManagerFactoryParameters parameters) {}

    @Override
    protected KeyManager[] engineGetKeyManagers() {
      return new KeyManager[] {keys};
    }
  }
}
