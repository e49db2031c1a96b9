package dev.fairlead.gateway.alerts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.fairlead.common.config.ConfigException;
import dev.fairlead.common.config.ConfigSource;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AlertsTest {

  private static final Duration SOON = Duration.ofSeconds(20);

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final List<String> bodies = new CopyOnWriteArrayList<>();
  private final List<String> signatures = new CopyOnWriteArrayList<>();
  private final AtomicInteger failures = new AtomicInteger();
  private final AtomicBoolean closing = new AtomicBoolean();
  private HttpServer server;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::receive);
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private void receive(HttpExchange exchange) throws IOException {
    try (exchange) {
      bodies.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
      signatures.add(String.valueOf(exchange.getRequestHeaders().getFirst("X-Fairlead-Signature")));
      if (closing.get()) {
        exchange.getResponseHeaders().set("Connection", "close");
      }
      boolean fails = failures.getAndUpdate(left -> Math.max(0, left - 1)) > 0;
      exchange.sendResponseHeaders(fails ? 503 : 204, -1);
    }
  }

  private static AlertsConfig config(String yaml) {
    return ConfigSource.parse("test.yaml", "alerts: {" + yaml + "}", Map.of())
        .section("alerts", AlertsConfig.class);
  }

  private AlertsConfig webhook(String more) {
    return config(
        "webhook_url: 'http://127.0.0.1:"
            + server.getAddress().getPort()
            + "/hook', webhook_backoff: 10ms"
            + more);
  }

  private static Alert alert(String subject) {
    return new Alert(Alert.Kind.BUDGET, Instant.EPOCH, subject, "spent to 80 %");
  }

  private double lost() {
    return registry.get("llm.router.alerts.undelivered").counter().count();
  }

  @Test
  void alert_isSentSigned_andAgainWithTheSameBodyUntilItIsTaken() {
    failures.set(2);
    try (Alerts alerts = new Alerts(webhook(", webhook_secret: s3cret"), registry)) {
      alerts.raise(alert("tenant acme"));
      await().atMost(SOON).until(() -> bodies.size() == 3);
      assertThat(bodies.stream().distinct()).hasSize(1);
      assertThat(bodies.getFirst()).contains("\"kind\":\"budget\"", "tenant acme", "80 %");
      String signature = signatures.getLast();
      long seconds = Long.parseLong(signature.substring(2, signature.indexOf(',')));
      assertThat(signature).isEqualTo(WebhookSignature.of("s3cret", seconds, bodies.getLast()));
      assertThat(signature).isNotEqualTo(WebhookSignature.of("other", seconds, bodies.getLast()));
    }
  }

  @Test
  void alertThatIsNeverTaken_isCounted_andDoesNotHoldUpTheNext() {
    failures.set(2);
    try (Alerts alerts = new Alerts(webhook(", webhook_attempts: 2"), registry)) {
      alerts.raise(alert("tenant one"));
      alerts.raise(alert("tenant two"));
      await().atMost(SOON).until(() -> bodies.size() == 3);
      assertThat(bodies.getLast()).contains("tenant two");
      assertThat(lost()).isEqualTo(1);
    }
  }

  @Test
  void b3_nameThatComesToMeanAnotherAddress_isNotCalledAnyMore() throws Exception {
    AtomicReference<InetAddress> meaning =
        new AtomicReference<>(InetAddress.ofLiteral("127.0.0.1"));
    AtomicInteger lost = new AtomicInteger();
    AlertsConfig config =
        config(
            "webhook_attempts: 1, webhook_url: 'http://hooks.example:"
                + server.getAddress().getPort()
                + "/hook'");
    closing.set(true);
    try (Webhook webhook =
        new Webhook(
            config,
            lost::incrementAndGet,
            factory ->
                factory.domainNameResolverCustomizer(dns ->
                    dns.enableAutoRefresh(false)
                        .cacheSpec("maximumSize=0")
                        .hostsFileEntriesResolver((name, types) -> meaning.get())))) {
      webhook.offer(alert("tenant one"));
      await().atMost(SOON).until(() -> bodies.size() == 1);
      // Which would be the same machine, if it were called.
      meaning.set(InetAddress.ofLiteral("0.0.0.0"));
      webhook.offer(alert("tenant two"));
      await().atMost(SOON).until(() -> lost.get() == 1);
      meaning.set(InetAddress.ofLiteral("127.0.0.1"));
      webhook.offer(alert("tenant three"));
      await().atMost(SOON).until(() -> bodies.size() == 2);
    }
    assertThat(bodies.getLast()).contains("tenant three");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ftp://h/x",
        "http://user:hunter2@h/x",
        "hunter2",
        "http://169.254.169.254/hunter2",
        "http://[fe80::1]/hunter2",
        "http://[::ffff:169.254.169.254]/hunter2",
        "http://2852039166/hunter2",
        "http://12345/hunter2",
        "http://0.0.0.0/hunter2",
        "http://metadata/hunter2",
        "http://host:65536/hunter2",
        "http://-/hunter2"
      })
  void b2_badUrl_isRefusedWithoutBeingRepeated(String url) {
    assertThatThrownBy(() -> config("webhook_url: '" + url + "'"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("alerts.webhook_url")
        .hasMessageNotContaining("hunter2");
  }

  @Test
  void unusualHour_isToldOnce_andAUsualOneNever() {
    AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-01-01T00:00:00Z"));
    AlertsConfig config = config("anomaly_factor: 5, anomaly_least_usd: 1");
    try (Alerts alerts = new Alerts(config, registry)) {
      SpendAnomalies anomalies = new SpendAnomalies(config, alerts, now::get);
      for (int hour = 0; hour < 48; hour++) {
        anomalies.spent("acme", 2_000_000_000L);
        now.updateAndGet(time -> time.plus(Duration.ofHours(1)));
      }
      assertThat(told()).isZero();
      for (int i = 0; i < 10; i++) {
        anomalies.spent("acme", 3_000_000_000L);
        anomalies.spent("quiet", 90_000_000L);
      }
      assertThat(told()).isEqualTo(1);
      now.updateAndGet(time -> time.plus(Duration.ofHours(1)));
      anomalies.spent("acme", 2_000_000_000L);
      assertThat(told()).isEqualTo(1);
    }
  }

  private double told() {
    return registry.get("llm.router.alerts").tag("kind", "spend_anomaly").counter().count();
  }
}
