package dev.fairlead.gateway.alerts;

import dev.fairlead.gateway.routing.Usd;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Notices an hour in which a tenant spends much more than it usually does, once an hour. The usual
 * hour is a mean that forgets half of its past in about a day; a tenant whose first hour it is has
 * none. Of this gateway's own traffic. Thread-safe; does not block.
 */
public final class SpendAnomalies {

  private static final long HOUR_MILLIS = Duration.ofHours(1).toMillis();
  private static final double WEIGHT = 0.03;
  private static final double NANOS = 1e9;

  private final double factor;
  private final double leastNanoUsd;
  private final Alerts alerts;
  private final InstantSource clock;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, Spending> tenants = new HashMap<>();

  /** Looks for what a configuration calls unusual. */
  public SpendAnomalies(AlertsConfig config, Alerts alerts, InstantSource clock) {
    this.factor = config.anomalyFactor();
    this.leastNanoUsd = config.anomalyLeastUsd() * NANOS;
    this.alerts = alerts;
    this.clock = clock;
  }

  private static final class Spending {
    long hour;
    long spent;
    double usual = -1;
    boolean told;

    void advance(long now) {
      // Hours without traffic count too, but a long absence need not be walked through.
      for (int i = 0; hour < now && i < 200; i++) {
        usual = usual < 0 ? spent : usual + WEIGHT * (spent - usual);
        spent = 0;
        told = false;
        hour++;
      }
      hour = Math.max(hour, now);
    }
  }

  /** A tenant has spent something. */
  public void spent(String tenant, long costNanoUsd) {
    if (factor == 0 || costNanoUsd <= 0) {
      return;
    }
    String message = null;
    lock.lock();
    try {
      long hour = clock.millis() / HOUR_MILLIS;
      Spending spending = tenants.computeIfAbsent(tenant, name -> begun(hour));
      spending.advance(hour);
      spending.spent += costNanoUsd;
      boolean unusual =
          spending.usual >= 0
              && spending.spent >= leastNanoUsd
              && spending.spent > factor * spending.usual;
      if (unusual && !spending.told) {
        spending.told = true;
        message =
            "spent "
                + Usd.plain(spending.spent)
                + " USD in this hour; usual are "
                + Usd.plain(Math.round(spending.usual));
      }
    } finally {
      lock.unlock();
    }
    if (message != null) {
      alerts.raise(
          new Alert(Alert.Kind.SPEND_ANOMALY, clock.instant(), "tenant " + tenant, message));
    }
  }

  private static Spending begun(long hour) {
    Spending spending = new Spending();
    spending.hour = hour;
    return spending;
  }
}
