package dev.fairlead.standalone;

import dev.fairlead.common.config.ConfigException;
import dev.fairlead.common.config.ConfigSource;
import dev.fairlead.common.lifecycle.ReloadSignal;
import dev.fairlead.common.lifecycle.ShutdownSignal;
import java.nio.file.Path;

/** {@code ./fairlead up}: the standalone gateway in the foreground. */
public final class Main {

  private Main() {}

  /**
   * Runs until SIGINT or SIGTERM; configuration comes from the environment and the file it names.
   * SIGHUP has providers, models, and level and format of the logs read again.
   */
  public static void main(String[] args) {
    ShutdownSignal signal = ShutdownSignal.install();
    try {
      serve(ConfigSource.load(System.getenv()), signal);
    } catch (ConfigException e) {
      refuse(signal, "configuration: " + e.getMessage());
    }
  }

  private static void serve(ConfigSource config, ShutdownSignal signal) {
    StandaloneConfig own = config.section("standalone", StandaloneConfig.class);
    WarmUp.run(own.warmUp(), Path.of(System.getProperty("java.io.tmpdir")));
    try (Standalone standalone = Standalone.start(config)) {
      ReloadSignal.install(() -> {
        standalone.reloadLogs(ConfigSource.load(System.getenv()));
        standalone.reload();
      });
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
