package dev.fairlead.common.net;

import com.linecorp.armeria.common.FlagsProvider;
import com.linecorp.armeria.common.util.TransportType;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.micrometer.core.instrument.config.MeterFilter;

/**
 * What Armeria does otherwise here than by default. Each of its system properties ({@code
 * com.linecorp.armeria.*}) goes before this.
 */
public final class ArmeriaFlags implements FlagsProvider {

  private final MeterRegistry nowhere = new CompositeMeterRegistry();

  /** Found by {@link java.util.ServiceLoader}. */
  public ArmeriaFlags() {
    nowhere.config().meterFilter(MeterFilter.deny());
  }

  @Override
  public String name() {
    return "fairlead";
  }

  @Override
  public int priority() {
    return 10;
  }

  /**
   * One event loop a core, at least two, where the default is two a core. Nothing here blocks a
   * loop, so more of them only share the caches with each other: on two cores one a core costs 1 to
   * 4 % less processor time a request (benchmarks/README.md).
   */
  @Override
  public Integer numCommonWorkers(TransportType transport) {
    return Math.max(2, Runtime.getRuntime().availableProcessors());
  }

  /**
   * Armeria's own meters go nowhere: ours are in the registry of each service, and a second server
   * in the process would warn that it cannot register the first one's again.
   */
  @Override
  public MeterRegistry meterRegistry() {
    return nowhere;
  }
}
