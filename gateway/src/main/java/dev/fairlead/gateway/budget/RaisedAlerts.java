package dev.fairlead.gateway.budget;

import dev.fairlead.gateway.alerts.Alert;
import dev.fairlead.gateway.alerts.Alerts;
import dev.fairlead.gateway.routing.Usd;
import java.time.InstantSource;
import java.util.Locale;

/** Thresholds as alerts: log, metric and webhook. */
public final class RaisedAlerts implements BudgetAlerts {

  private final Alerts alerts;
  private final InstantSource clock;

  /** Raises what it is told. */
  public RaisedAlerts(Alerts alerts, InstantSource clock) {
    this.alerts = alerts;
    this.clock = clock;
  }

  @Override
  public void reached(
      Spender spender, Spender.Window window, int percent, long spentNanoUsd, long limitNanoUsd) {
    String subject = spender.kind().name().toLowerCase(Locale.ROOT) + " " + spender.id();
    String message =
        "the "
            + window.name().toLowerCase(Locale.ROOT)
            + " budget is spent to "
            + percent
            + " %: "
            + Usd.plain(spentNanoUsd)
            + " of "
            + Usd.plain(limitNanoUsd)
            + " USD";
    alerts.raise(new Alert(Alert.Kind.BUDGET, clock.instant(), subject, message));
  }
}
