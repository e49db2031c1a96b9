package dev.fairlead.common.lifecycle;

import java.util.concurrent.CountDownLatch;

/**
 * An orderly end on SIGINT and SIGTERM: the main thread waits here, closes what it opened, and then
 * the JVM ends.
 */
public final class ShutdownSignal {

  private final CountDownLatch asked = new CountDownLatch(1);
  private final CountDownLatch done = new CountDownLatch(1);

  private ShutdownSignal() {}

  /** Begins to listen. */
  public static ShutdownSignal install() {
    ShutdownSignal signal = new ShutdownSignal();
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  signal.asked.countDown();
                  try {
                    signal.done.await();
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                },
                "shutdown"));
    return signal;
  }

  /** Blocks until the process is asked to end. */
  public void await() {
    try {
      asked.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Lets the JVM end; call it when everything is closed. */
  public void finished() {
    done.countDown();
  }
}
