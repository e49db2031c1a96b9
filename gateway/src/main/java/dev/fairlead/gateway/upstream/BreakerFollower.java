package dev.fairlead.gateway.upstream;

import dev.fairlead.catalog.ModelSpec;
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
 * Which providers and models refuse calls for now, as they last said. While the provider service
 * does not answer nothing is assumed. Thread-safe; {@link #refuses} reads a field.
 */
public final class BreakerFollower implements AutoCloseable {

  private final ProviderStatusClient providers;
  private final ScheduledFuture<?> polls;
  private volatile Open open = Open.NOTHING;

  /** Begins to ask. */
  public BreakerFollower(
      ProviderStatusClient providers, ScheduledExecutorService timer, Duration every) {
    this.providers = providers;
    this.polls =
        timer.scheduleAtFixedRate(
            this::poll, every.toMillis(), every.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void poll() {
    providers.status(this::take, error -> open = Open.NOTHING);
  }

  private void take(GetStatusResponse status) {
    open =
        new Open(
            status.getProvidersList().stream()
                .filter(provider -> provider.getBreaker() == BreakerState.BREAKER_STATE_OPEN)
                .map(ProviderStatus::getName)
                .collect(Collectors.toUnmodifiableSet()),
            status.getProvidersList().stream()
                .flatMap(provider -> provider.getOpenModelIdsList().stream())
                .collect(Collectors.toUnmodifiableSet()));
  }

  /** Whether the breaker of the model or that of its provider is open. */
  public boolean refuses(ModelSpec model) {
    Open now = open;
    return now.models().contains(model.id()) || now.providers().contains(model.provider());
  }

  @Override
  public void close() {
    polls.cancel(false);
  }

  private record Open(Set<String> providers, Set<String> models) {
    private static final Open NOTHING = new Open(Set.of(), Set.of());
  }
}
