package dev.fairlead.gateway.alerts;

import dev.fairlead.gateway.alerts.Alert.Kind;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells operators. Never blocks; thread-safe. */
public final class Alerts implements AutoCloseable {

  private static final Logger logger = LoggerFactory.getLogger("dev.fairlead.alerts");

  private final Map<Kind, Counter> raised = new EnumMap<>(Kind.class);
  private final @Nullable Webhook webhook;

  /** Tells by log and metric, and by webhook where one is configured. */
  public Alerts(AlertsConfig config, MeterRegistry registry) {
    for (Kind kind : Kind.values()) {
      raised.put(
          kind,
          Counter.builder("llm.router.alerts")
              .description("Alerts raised")
              .tag("kind", kind.label())
              .register(registry));
    }
    Counter lost =
        Counter.builder("llm.router.alerts.undelivered")
            .description("Alerts that the webhook did not get")
            .register(registry);
    this.webhook = config.webhookUrl().isEmpty() ? null : new Webhook(config, lost::increment);
  }

  /** Tells of something. */
  public void raise(Alert alert) {
    logger.warn("{}: {}: {}", alert.kind().label(), alert.subject(), alert.message());
    Counter counter = raised.get(alert.kind());
    if (counter != null) {
      counter.increment();
    }
    if (webhook != null) {
      webhook.offer(alert);
    }
  }

  @Override
  public void close() {
    if (webhook != null) {
      webhook.close();
    }
  }
}
