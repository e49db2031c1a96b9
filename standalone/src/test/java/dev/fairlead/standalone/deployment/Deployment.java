package dev.fairlead.standalone.deployment;

import static org.awaitility.Awaitility.await;

import dev.fairlead.standalone.client.GatewayClient;
import java.time.Duration;
import java.util.function.Supplier;

/** A running Fairlead, the vendor behind it and the collector beside it. */
public interface Deployment extends AutoCloseable {

  /** How far above a service's port its management port lies. */
  int MANAGEMENT = 100;

  /**
   * Its configuration file for a vendor on this machine; ports come from the environment or from
   * {@code extra}.
   */
  static String yaml(Vendor vendor, SpanCollector spans, String extra) {
    return """
    providers:
      lab: { kind: openai, base_url: "%s", api_key: "%s" }
    models:
      - { id: small, provider: lab, upstream: small-up, tier: cheap, price: { input: 0.10, output: 0.20 },
          context_window: 128000, capabilities: [tools, json_schema] }
      - { id: medium, provider: lab, upstream: medium-up, tier: standard, price: { input: 1, output: 2 },
          context_window: 128000, capabilities: [tools, json_schema, vision] }
      - { id: large, provider: lab, upstream: large-up, tier: quality, price: { input: 10, output: 20 },
          context_window: 128000, capabilities: [tools, json_schema, vision] }
      - { id: vectors, provider: lab, upstream: vectors-up, price: { input: 0.01, output: 0 },
          capabilities: [embeddings] }
    routing: { default_policy: complexity, simple: 0.3, complex: 0.7, baseline: large, score_timeout: 5s,
               lookup_timeout: 2s }
    provider: { breaker: { window: 5000, minimum_calls: 5000, consecutive_failures: 5000 } }
    limits: { max_body_bytes: 1048576 }
    telemetry: { otlp_endpoint: "%s", otlp_protocol: http/protobuf, export_interval: 100ms, log_level: INFO }
    %s
    """
        .formatted(vendor.baseUrl(), Vendor.API_KEY, spans.endpoint(), extra);
  }

  /** Waits until the gateway says that it is ready. */
  static void awaitReady(GatewayClient client, Supplier<String> log) {
    await()
        .atMost(Duration.ofSeconds(90))
        .pollInterval(Duration.ofMillis(100))
        .conditionEvaluationListener(
            new org.awaitility.core.ConditionEvaluationListener<Object>() {
              @Override
              public void conditionEvaluated(
                  org.awaitility.core.EvaluatedCondition<Object> condition) {}

              @Override
              public void onTimeout(org.awaitility.core.TimeoutEvent event) {
                System.err.println(log.get());
              }
            })
        .ignoreExceptionsMatching(error -> true)
        .until(() -> client.get("/readyz").status() == 200);
  }

  /** A client of its HTTP port. */
  GatewayClient client();

  /** Its HTTP port. */
  int httpPort();

  /** The port of its InferenceService. */
  int grpcPort();

  /** The vendor behind it. */
  Vendor vendor();

  /** The collector of its traces. */
  SpanCollector spans();

  @Override
  void close();
}
