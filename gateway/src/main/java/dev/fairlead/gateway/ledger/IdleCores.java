package dev.fairlead.gateway.ledger;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;

/**
 * Cores that have had nothing to do of late, of the machine or of what the container may use of it,
 * 0 to their number; 0 where the system does not tell. Of one thread.
 */
final class IdleCores implements DoubleSupplier {

  private static final OperatingSystemMXBean SYSTEM =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

  private double idle;
  private long looked = System.nanoTime();

  IdleCores() {
    // The load is that since the question before.
    SYSTEM.getCpuLoad();
  }

  @Override
  public double getAsDouble() {
    long now = System.nanoTime();
    if (now - looked >= LOOK_NANOS) {
      looked = now;
      double load = SYSTEM.getCpuLoad();
      idle = load >= 0 ? (1 - load) * SYSTEM.getAvailableProcessors() : 0;
    }
    return idle;
  }
}
