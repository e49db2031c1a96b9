package dev.fairlead.gateway.alerts;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends alerts one after the other from a bounded queue, off everybody's path. A try that fails, or
 * is not answered with 2xx, is made again after a growing pause, with the same id. Redirects are
 * not followed, and the address is looked at before each try.
 */
final class Webhook implements AutoCloseable {

  private static final Logger logger = LoggerFactory.getLogger(Webhook.class);
  private static final Set<String> METADATA = Set.of("100.100.100.200", "fd00:ec2:0:0:0:0:0:254");

  private final AlertsConfig config;
  private final URI target;
  private final Runnable onLost;
  private final BlockingQueue<Alert> waiting;
  private final HttpClient http;
  private final Thread sender;

  /**
   * A sender that waits for alerts.
   *
   * @param config with a URL
   * @param onLost told of each alert that could not be sent
   */
  Webhook(AlertsConfig config, Runnable onLost) {
    this.config = config;
    this.target = URI.create(config.webhookUrl().reveal());
    this.onLost = onLost;
    this.waiting = new ArrayBlockingQueue<>(config.webhookQueue());
    this.http =
        HttpClient.newBuilder()
            .connectTimeout(config.webhookTimeout())
            .followRedirects(HttpClient.Redirect.NEVER)
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
      checkAddress();
      HttpRequest.Builder request =
          HttpRequest.newBuilder(target)
              .timeout(config.webhookTimeout())
              .header("Content-Type", "application/json")
              .POST(HttpRequest.BodyPublishers.ofString(body));
      if (!config.webhookSecret().isEmpty()) {
        long now = Instant.now().getEpochSecond();
        request.header(
            "X-Fairlead-Signature",
            WebhookSignature.of(config.webhookSecret().reveal(), now, body));
      }
      int status = http.send(request.build(), HttpResponse.BodyHandlers.discarding()).statusCode();
      return status >= 200 && status < 300;
    } catch (IOException e) {
      logger.debug("the alerts' webhook cannot be reached", e);
      return false;
    }
  }

  /** Names can come to mean another address at any time. */
  private void checkAddress() throws IOException {
    for (InetAddress address : InetAddress.getAllByName(target.getHost())) {
      if (address.isLinkLocalAddress()
          || address.isAnyLocalAddress()
          || address.isMulticastAddress()
          || METADATA.contains(address.getHostAddress())) {
        throw new IOException("alerts.webhook_url leads to an address that is never called");
      }
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
    http.shutdownNow();
  }
}
