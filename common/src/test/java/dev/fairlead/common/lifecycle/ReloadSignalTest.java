package dev.fairlead.common.lifecycle;

import static org.awaitility.Awaitility.await;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import sun.misc.Signal;

class ReloadSignalTest {

  @Test
  void everyHangUp_isAReload_evenAfterOneThatFailed() {
    AtomicInteger reloads = new AtomicInteger();
    ReloadSignal.install(() -> {
      if (reloads.incrementAndGet() == 1) {
        throw new IllegalStateException("not valid");
      }
    });
    Signal.raise(new Signal("HUP"));
    await().until(() -> reloads.get() == 1);
    Signal.raise(new Signal("HUP"));
    await().until(() -> reloads.get() == 2);
  }
}
