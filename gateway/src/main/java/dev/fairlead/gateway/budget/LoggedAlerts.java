package dev.fairlead.gateway.budget;

import dev.fairlead.gateway.routing.Usd;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Thresholds as log events. */
public final class LoggedAlerts implements BudgetAlerts {

  private static final Logger logger = LoggerFactory.getLogger(LoggedAlerts.class);

  /** Without settings. */
  public LoggedAlerts() {}

  @Override
  public void reached(
      Spender spender, Spender.Window window, int percent, long spentNanoUsd, long limitNanoUsd) {
    logger.warn(
        "the {} budget of {} {} is spent to {} %: {} of {} USD",
        window.name().toLowerCase(Locale.ROOT),
        spender.kind().name().toLowerCase(Locale.ROOT),
        spender.id(),
        percent,
        Usd.plain(spentNanoUsd),
        Usd.plain(limitNanoUsd));
  }
}
