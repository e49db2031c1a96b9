package dev.fairlead.common.lifecycle;

import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sun.misc.Signal;

/**
 * SIGHUP as a wish to read the configuration again. Wishes are served one after another on a thread
 * of their own; one that fails is logged and changes nothing.
 */
public final class ReloadSignal {

  private static final Logger logger = LoggerFactory.getLogger(ReloadSignal.class);

  private ReloadSignal() {}

  /** Runs {@code reload}, which may block, at every SIGHUP from now on. */
  public static void install(Runnable reload) {
    ScheduledExecutorService thread =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("reload").factory());
    try {
      Signal.handle(new Signal("HUP"), signal -> thread.execute(() -> run(reload)));
    } catch (IllegalArgumentException e) {
      logger.info("no reload by signal: this system has no SIGHUP");
    }
  }

  private static void run(Runnable reload) {
    try {
      reload.run();
    } catch (RuntimeException e) {
      logger.error("the old configuration stays: {}", e.getMessage());
    }
  }
}
