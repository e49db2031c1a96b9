package dev.fairlead.gateway.upstream;

import dev.fairlead.v1.BreakerState;
import dev.fairlead.v1.GetStatusResponse;
import dev.fairlead.v1.ProviderStatus;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * Which providers refuse calls for now, as they last said. While the provider service does not
 * answer nothing is assumed. Thread-safe; {@link #open} is a field read.
 */
public final class BreakerFollower implements AutoCloseable {

  private final ProviderStatusClient providers;
  private final ScheduledFuture<?> polls;
  private volatile Set<String> open = Set.of();

  /** Begins to ask. */
  public BreakerFollower(
      ProviderStatusClient providers, ScheduledExecutorService timer, Duration every) {
    this.providers = providers;
    this.polls =
        timer.scheduleAtFixedRate(
            this::poll, every.toMillis(), every.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void poll() {
    providers.status(this::take, error -> open = Set.of());
  }

  private void take(GetStatusResponse status) {
    open =
        status.getProvidersList().stream()
            .filter(provider -> provider.getBreaker() == BreakerState.BREAKER_STATE_OPEN)
            .map(ProviderStatus::getName)
            .collect(Collectors.toUnmodifiableSet());
  }

  /** Configured names of the providers whose breaker is open. */
  public Set<String> open() {
    return open;
  }

  @Override
  public void close() {
    polls.cancel(false);
  }
}
