package dev.fairlead.standalone;

import com.linecorp.armeria.common.util.Exceptions;
import dev.fairlead.common.config.ConfigException;
import dev.fairlead.common.config.ConfigSource;
import dev.fairlead.common.lifecycle.ShutdownSignal;
import java.net.BindException;
import java.util.concurrent.CompletionException;

/** {@code ./fairlead up}: the standalone gateway in the foreground. */
public final class Main {

  private Main() {}

  /**
   * Runs until SIGINT or SIGTERM; configuration comes from the environment and the file it names.
   */
  public static void main(String[] args) {
    ShutdownSignal signal = ShutdownSignal.install();
    try {
      serve(ConfigSource.load(System.getenv()), signal);
    } catch (ConfigException e) {
      refuse(signal, "configuration: " + e.getMessage());
    } catch (CompletionException e) {
      if (Exceptions.peel(e) instanceof BindException) {
        refuse(
            signal,
            "the HTTP port is taken (expected: a free port; PORT or server.port picks another)");
        return;
      }
      signal.finished();
      throw e;
    }
  }

  private static void serve(ConfigSource config, ShutdownSignal signal) {
    try (Standalone standalone = Standalone.start(config)) {
      System.out.println(Welcome.text(standalone.httpPort(), standalone.grpcPort()));
      signal.await();
    } finally {
      signal.finished();
    }
  }

  private static void refuse(ShutdownSignal signal, String message) {
    System.err.println(message);
    signal.finished();
    System.exit(2);
  }
}
