package dev.fairlead.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GenAiMetersTest {

  private static final String LABELS =
      "gen_ai_operation_name=\"chat\",gen_ai_provider_name=\"openai\",gen_ai_request_model=\"m\"";

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

  @Test
  void clientMeters_haveTheNamesAndBuckets_ofThePublishedConventions() {
    GenAiClientMeters meters = client(GenAiConventions.PUBLISHED);
    meters.completed(Duration.ofMillis(15).toNanos(), 20, 300, 0, 0, 0);
    meters.failed(Duration.ofMillis(5).toNanos(), "TIMEOUT");
    meters.firstChunk(Duration.ofMillis(30).toNanos());
    meters.outputChunk(Duration.ofMillis(12).toNanos());

    assertThat(registry.scrape())
        .contains(
            "gen_ai_client_operation_duration_seconds_bucket{error_type=\"\","
                + LABELS
                + ",le=\"0.02\"} 1")
        .contains("le=\"81.92\"")
        .contains(
            "gen_ai_client_operation_duration_seconds_count{error_type=\"TIMEOUT\","
                + LABELS
                + "} 1")
        .contains("gen_ai_client_operation_time_to_first_chunk_seconds_count{" + LABELS + "} 1")
        .contains("gen_ai_client_operation_time_per_output_chunk_seconds_count{" + LABELS + "} 1")
        .contains(
            "gen_ai_client_token_usage_bucket{"
                + LABELS
                + ",gen_ai_token_type=\"input\",le=\"64.0\"} 1")
        .contains(
            "gen_ai_client_token_usage_bucket{"
                + LABELS
                + ",gen_ai_token_type=\"output\",le=\"256.0\"} 0")
        .contains("le=\"6.7108864E7\"")
        .doesNotContain("gen_ai_client_inference");
  }

  @Test
  void clientMeters_haveTheComingNames_whenOptedIn() {
    client(GenAiConventions.LATEST).completed(Duration.ofMillis(15).toNanos(), 20, 300, 5, 6, 7);

    assertThat(registry.scrape())
        .contains("gen_ai_client_inference_duration_seconds_count")
        .contains("gen_ai_client_inference_operation_input_tokens_sum{" + LABELS + "} 20")
        .contains("gen_ai_client_inference_usage_output_tokens_total{" + LABELS + "} 300")
        .contains("gen_ai_client_inference_usage_cache_read_input_tokens_total{" + LABELS + "} 5")
        .contains("gen_ai_client_inference_usage_cache_write_input_tokens_total{" + LABELS + "} 6")
        .contains("gen_ai_client_inference_usage_reasoning_output_tokens_total{" + LABELS + "} 7")
        .doesNotContain("gen_ai_client_operation")
        .doesNotContain("gen_ai_client_token_usage");
  }

  @Test
  void serverMeters_measureTokens_onlyOfStreams() {
    GenAiServerMeters meters = new GenAiServerMeters(registry, "chat", "m");
    meters.answered(Duration.ofMillis(100).toNanos(), -1, 50);
    meters.answered(Duration.ofMillis(1000).toNanos(), Duration.ofMillis(100).toNanos(), 10);
    meters.failed(Duration.ofMillis(7).toNanos());

    String labels =
        "gen_ai_operation_name=\"chat\",gen_ai_provider_name=\"fairlead\",gen_ai_request_model=\"m\"";
    assertThat(registry.scrape())
        .contains("gen_ai_server_request_duration_seconds_count{error_type=\"\"," + labels + "} 2")
        .contains(
            "gen_ai_server_request_duration_seconds_count{error_type=\"_OTHER\"," + labels + "} 1")
        .contains("gen_ai_server_time_to_first_token_seconds_bucket{" + labels + ",le=\"0.1\"} 1")
        .contains("gen_ai_server_time_per_output_token_seconds_bucket{" + labels + ",le=\"0.1\"} 1")
        .contains(
            "gen_ai_server_time_per_output_token_seconds_bucket{" + labels + ",le=\"0.075\"} 0");
  }

  @ParameterizedTest
  @CsvSource({
    "'', PUBLISHED",
    "http, PUBLISHED",
    "gen_ai_latest_experimental, LATEST",
    "'http/dup, gen_ai_latest_experimental', LATEST"
  })
  void conventions_areThePublishedOnes_unlessOptedOut(String value, GenAiConventions expected) {
    TelemetrySettings known = TelemetrySettings.defaults();
    assertThat(
            GenAiConventions.of(
                new TelemetrySettings(
                    "INFO",
                    "text",
                    true,
                    "",
                    "grpc",
                    "",
                    1,
                    0,
                    known.exportInterval(),
                    known.exportTimeout(),
                    10,
                    known.flushTimeout(),
                    value)))
        .isEqualTo(expected);
  }

  private GenAiClientMeters client(GenAiConventions names) {
    return new GenAiClientMeters(registry, names, "chat", "openai", "m");
  }
}
