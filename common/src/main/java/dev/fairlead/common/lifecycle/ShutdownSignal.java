package dev.fairlead.common.lifecycle;

import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sun.misc.Signal;

/**
 * An orderly end on SIGINT and SIGTERM: the main thread waits here, closes what it opened, and then
 * the process ends with status 0. Where the JVM is ended otherwise (SIGHUP, or a system without
 * these signals) the closing is the same and the status the JVM's.
 */
public final class ShutdownSignal {

  private static final Logger logger = LoggerFactory.getLogger(ShutdownSignal.class);

  private final CountDownLatch asked = new CountDownLatch(1);
  private final CountDownLatch done = new CountDownLatch(1);
  private volatile boolean signalled;

  private ShutdownSignal() {}

  /** Begins to listen. */
  public static ShutdownSignal install() {
    ShutdownSignal signal = new ShutdownSignal();
    Runtime.getRuntime().addShutdownHook(new Thread(signal::closeAll, "shutdown"));
    signal.handle("TERM");
    signal.handle("INT");
    return signal;
  }

  private void handle(String name) {
    try {
      Signal.handle(
          new Signal(name),
          received -> {
            signalled = true;
            asked.countDown();
          });
    } catch (IllegalArgumentException e) {
      // The JVM keeps the signal, or the system has none: then the hook is what hears of the end.
      logger.debug("no handler of SIG{}: {}", name, e.getMessage());
    }
  }

  private void closeAll() {
    asked.countDown();
    try {
      done.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Blocks until the process is asked to end. */
  public void await() {
    try {
      asked.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Lets the JVM end; call it when everything is closed. After a signal it ends here and now, with
   * status 0, whatever threads are left.
   */
  public void finished() {
    done.countDown();
    if (signalled) {
      Runtime.getRuntime().exit(0);
    }
  }
}
