package dev.fairlead.gateway.alerts;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.client.ClientFactory;
import com.linecorp.armeria.client.ClientFactoryBuilder;
import com.linecorp.armeria.client.ClientFactoryOptions;
import com.linecorp.armeria.client.WebClient;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.common.RequestHeadersBuilder;
import com.linecorp.armeria.common.SessionProtocol;
import dev.fairlead.common.net.CalledAddresses;
import java.net.URI;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends alerts one after the other from a bounded queue, off everybody's path. A try that fails, or
 * is not answered with 2xx, is made again after a growing pause, with the same id. Redirects are
 * not followed, and whatever a name means at the moment, only {@link CalledAddresses} are called.
 */
final class Webhook implements AutoCloseable {

  private static final Logger logger = LoggerFactory.getLogger(Webhook.class);
  private static final long MOST_ANSWER_BYTES = 1 << 16;

  private final AlertsConfig config;
  private final URI target;
  private final String url;
  private final Runnable onLost;
  private final BlockingQueue<Alert> waiting;
  private final ClientFactory connections;
  private final WebClient http;
  private final Thread sender;

  /**
   * A sender that waits for alerts.
   *
   * @param config with a URL
   * @param onLost told of each alert that could not be sent
   */
  Webhook(AlertsConfig config, Runnable onLost) {
    this(config, onLost, UnaryOperator.identity());
  }

  /** With connections that are made in a way of its own. */
  Webhook(AlertsConfig config, Runnable onLost, UnaryOperator<ClientFactoryBuilder> how) {
    this.config = config;
    this.target = URI.create(config.webhookUrl().reveal());
    this.url = target.toString().replaceFirst("^http:", SessionProtocol.H1C.uriText() + ":");
    this.onLost = onLost;
    this.waiting = new ArrayBlockingQueue<>(config.webhookQueue());
    this.connections =
        how
            .apply(
                ClientFactory.builder()
                    .workerGroup(1)
                    .connectTimeout(config.webhookTimeout())
                    .option(
                        ClientFactoryOptions.CHANNEL_PIPELINE_CUSTOMIZER,
                        pipeline -> pipeline.addFirst(CalledAddresses.INSTANCE)))
            .build();
    this.http =
        WebClient.builder()
            .factory(connections)
            .responseTimeout(config.webhookTimeout())
            .maxResponseLength(MOST_ANSWER_BYTES)
            .build();
    this.sender = Thread.ofVirtual().name("alerts-webhook").start(this::run);
  }

  /** Never blocks; an alert that does not fit is lost. */
  void offer(Alert alert) {
    if (!waiting.offer(alert)) {
      onLost.run();
    }
  }

  private void run() {
    try {
      while (true) {
        send(waiting.take());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void send(Alert alert) throws InterruptedException {
    String id = UUID.randomUUID().toString();
    String body = body(id, alert);
    long pause = config.webhookBackoff().toMillis();
    for (int attempt = 1; attempt <= config.webhookAttempts(); attempt++) {
      if (attempt > 1) {
        Thread.sleep(pause);
        pause *= 2;
      }
      if (delivered(body)) {
        return;
      }
    }
    onLost.run();
    logger.warn(
        "an alert about {} could not be delivered in {} tries",
        alert.subject(),
        config.webhookAttempts());
  }

  private boolean delivered(String body) throws InterruptedException {
    try {
      RequestHeadersBuilder headers =
          RequestHeaders.builder(HttpMethod.POST, url).contentType(MediaType.JSON);
      if (!config.webhookSecret().isEmpty()) {
        long now = Instant.now().getEpochSecond();
        headers.set(
            "X-Fairlead-Signature",
            WebhookSignature.of(config.webhookSecret().reveal(), now, body));
      }
      return http.execute(headers.build(), body).aggregate().get().status().isSuccess();
    } catch (ExecutionException e) {
      logger.debug("the alerts' webhook cannot be reached", e);
      return false;
    }
  }

  private static String body(String id, Alert alert) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("id", id);
    node.put("kind", alert.kind().label());
    node.put("time", alert.time().toString());
    node.put("subject", alert.subject());
    node.put("message", alert.message());
    return node.toString();
  }

  /** What waits is lost. */
  @Override
  public void close() {
    sender.interrupt();
    connections.closeAsync();
  }
}
