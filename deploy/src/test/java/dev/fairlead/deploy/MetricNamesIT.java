package dev.fairlead.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.common.config.ConfigSource;
import dev.fairlead.standalone.Standalone;
import dev.fairlead.telemetry.CertificateMetrics;
import dev.fairlead.telemetry.RedisMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever a panel or a rule asks for is what a running Fairlead says at /metrics. */
final class MetricNamesIT {

  private static final Pattern SAMPLE =
      Pattern.compile("^([a-z0-9_]+)(?:\\{([^}]*)})? ", Pattern.MULTILINE);
  private static final Pattern LABEL = Pattern.compile("([a-z_]+)=\"");

  /** What Prometheus itself puts on every series. */
  private static final Set<String> TARGET_LABELS = Set.of("job", "instance");

  private static final Map<String, Set<String>> LABELS = new HashMap<>();
  private static final Set<String> HELP = new TreeSet<>();
  private static final Set<String> TYPED = new TreeSet<>();

  @BeforeAll
  static void scrape(@TempDir Path data) throws Exception {
    String yaml =
        """
        server: { port: 0, grpc_port: -1, data_dir: "%s" }
        providers: { mock: { kind: mock, mean_latency_ms: 5, p95_latency_ms: 10 } }
        models:
          - { id: small, provider: mock, upstream: small, tier: cheap, price: { input: 1, output: 1 } }
          - { id: large, provider: mock, upstream: large, tier: quality, price: { input: 9, output: 9 } }
        """
            .formatted(data);
    try (Standalone standalone = Standalone.start(ConfigSource.parse("test", yaml, Map.of()));
        HttpClient client = HttpClient.newHttpClient()) {
      URI gateway = URI.create("http://127.0.0.1:" + standalone.httpPort());
      await().atMost(Duration.ofSeconds(60)).until(standalone::ready);
      String body =
          "{\"model\":\"auto\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"Hello"
              + " there\"}]}";
      HttpResponse<String> answer =
          client.send(
              HttpRequest.newBuilder(gateway.resolve("/v1/chat/completions"))
                  .header("Content-Type", "application/json")
                  .POST(HttpRequest.BodyPublishers.ofString(body))
                  .build(),
              HttpResponse.BodyHandlers.ofString());
      assertThat(answer.statusCode()).isEqualTo(200);
      await()
          .atMost(Duration.ofSeconds(30))
          .untilAsserted(() ->
              assertThat(metrics(client, gateway)).contains("llm_router_overhead_seconds_count 1"));
      read(metrics(client, gateway));
    }
    readOfWhatIsNotThere();
  }

  /** What only a process with Redis and with certificates tells. */
  private static void readOfWhatIsNotThere() {
    PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    RedisMetrics redis = new RedisMetrics(registry, "cache");
    redis.follow(() -> 0, () -> true);
    redis.ended("command", "success", 1);
    new CertificateMetrics(registry).register("edge", Instant::now, () -> 0, () -> 0);
    read(registry.scrape());
  }

  private static String metrics(HttpClient client, URI gateway) throws Exception {
    HttpRequest request = HttpRequest.newBuilder(gateway.resolve("/metrics")).build();
    return client.send(request, HttpResponse.BodyHandlers.ofString()).body();
  }

  private static void read(String text) {
    HELP.addAll(matches(Pattern.compile("^# HELP (\\S+) \\S", Pattern.MULTILINE), text));
    TYPED.addAll(matches(Pattern.compile("^# TYPE (\\S+) ", Pattern.MULTILINE), text));
    Matcher sample = SAMPLE.matcher(text);
    while (sample.find()) {
      Set<String> labels =
          LABELS.computeIfAbsent(sample.group(1), name -> new TreeSet<>(TARGET_LABELS));
      if (sample.group(2) != null) {
        Matcher label = LABEL.matcher(sample.group(2));
        while (label.find()) {
          labels.add(label.group(1));
        }
      }
    }
  }

  private static List<String> matches(Pattern pattern, String text) {
    return pattern.matcher(text).results().map(found -> found.group(1)).toList();
  }

  @Test
  void everyMetricOfOurs_saysWhatItIs() {
    assertThat(TYPED)
        .filteredOn(name -> name.startsWith("llm_router_") || name.startsWith("gen_ai_"))
        .hasSizeGreaterThan(40)
        .allSatisfy(name -> assertThat(HELP).contains(name));
  }

  @Test
  void everyMetricOfTheDesign_isThere() {
    assertThat(TYPED)
        .contains(
            "llm_router_requests_total",
            "llm_router_cost_usd_total",
            "llm_router_saved_usd_total",
            "llm_router_latency_seconds",
            "llm_router_request_duration_seconds",
            "llm_router_time_to_first_token_seconds",
            "llm_router_inter_token_latency_seconds",
            "llm_router_tokens_total",
            "llm_router_cache_lookups_total",
            "llm_router_routing_decisions_total",
            "llm_router_slo_burn_rate",
            "llm_router_breaker_state",
            "llm_router_overhead_seconds",
            "gen_ai_client_operation_duration_seconds",
            "gen_ai_client_token_usage",
            "gen_ai_server_request_duration_seconds",
            "gen_ai_server_time_to_first_token_seconds",
            "jvm_memory_used_bytes",
            "jvm_gc_pause_seconds",
            "hikaricp_connections_active",
            "llm_router_rpc_duration_seconds");
  }

  @Test
  void everySeries_isToldByTheRunningServices() {
    assertThat(Queries.all())
        .hasSizeGreaterThan(60)
        .allSatisfy((place, query) ->
            assertThat(LABELS.keySet())
                .as("%s: %s", place, query)
                .containsAll(Queries.seriesIn(query)));
  }

  @Test
  void everyLabel_isOnItsSeries() {
    assertThat(Queries.all())
        .allSatisfy((place, query) ->
            Queries.labelsIn(query)
                .forEach((series, labels) ->
                    assertThat(LABELS.get(series))
                        .as("%s: %s", place, series)
                        .containsAll(labels)));
  }

  @Test
  void everyRecordedSeries_hasItsRule() {
    assertThat(Queries.all())
        .allSatisfy((place, query) ->
            assertThat(Queries.recorded()).as(place).containsAll(Queries.recordedIn(query)));
  }

  @Test
  void everyQuery_namesSomething() {
    assertThat(Queries.all())
        .allSatisfy((place, query) -> {
          if (!query.startsWith("vector(") && !query.startsWith("up{")) {
            assertThat(Queries.seriesIn(query).size() + Queries.recordedIn(query).size())
                .as(place)
                .isPositive();
          }
        });
  }
}
