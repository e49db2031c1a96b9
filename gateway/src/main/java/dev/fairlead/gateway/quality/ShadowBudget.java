package dev.fairlead.gateway.quality;

import dev.fairlead.gateway.state.ShadowSpend;
import dev.fairlead.gateway.state.SharedState;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;

/**
 * What comparisons may still spend today (UTC), shared by all replicas. An estimate is taken before
 * a comparison and replaced by the true cost after it, so a day is exceeded by at most what one
 * comparison costs more than was estimated, times those under way. Blocks on the store.
 */
public final class ShadowBudget {

  private final SharedState shared;
  private final long dailyNanoUsd;
  private final InstantSource clock;

  /** A budget. */
  public ShadowBudget(SharedState shared, double dailyUsd, InstantSource clock) {
    this.shared = shared;
    this.dailyNanoUsd = Math.round(dailyUsd * 1e9);
    this.clock = clock;
  }

  /** Takes {@code nanoUsd} from today's rest; false when there is not enough. */
  public boolean take(long nanoUsd) {
    LocalDate today = today();
    boolean[] taken = new boolean[1];
    shared.update(state -> {
      long spent = spent(state.shadowSpend(), today);
      taken[0] = spent + nanoUsd <= dailyNanoUsd;
      return taken[0] ? state.withShadowSpend(new ShadowSpend(today, spent + nanoUsd)) : state;
    });
    return taken[0];
  }

  /** Corrects what was taken; negative gives back. */
  public void correct(long nanoUsd) {
    if (nanoUsd != 0) {
      LocalDate today = today();
      shared.update(state -> {
        long spent = spent(state.shadowSpend(), today) + nanoUsd;
        return state.withShadowSpend(new ShadowSpend(today, Math.max(0, spent)));
      });
    }
  }

  private static long spent(@org.jspecify.annotations.Nullable ShadowSpend known, LocalDate today) {
    return known != null && known.day().equals(today) ? known.nanoUsd() : 0;
  }

  private LocalDate today() {
    return LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
  }
}
