package dev.fairlead.common.net;

import com.linecorp.armeria.common.FlagsProvider;
import com.linecorp.armeria.common.util.TransportType;

/**
 * Has Armeria start one event loop a core, at least two, where its own default is two a core.
 * Nothing here blocks a loop, so more of them only share the caches with each other: on two cores
 * one a core costs 1 to 4 % less processor time a request (benchmarks/README.md). The system
 * property {@code com.linecorp.armeria.numCommonWorkers} goes before it.
 */
public final class EventLoopPerCore implements FlagsProvider {

  /** Found by {@link java.util.ServiceLoader}. */
  public EventLoopPerCore() {}

  @Override
  public String name() {
    return "fairlead";
  }

  @Override
  public int priority() {
    return 10;
  }

  @Override
  public Integer numCommonWorkers(TransportType transport) {
    return Math.max(2, Runtime.getRuntime().availableProcessors());
  }
}
