package dev.fairlead.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fairlead.v1.FinishReason;
import dev.fairlead.v1.GenerationCall;
import dev.fairlead.v1.LearnRequest;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ShadowTest {

  private static final ObjectMapper JSON = new ObjectMapper();

  private static final Duration SOON = Duration.ofSeconds(20);

  private static FakeBackends gateway(String quality) throws IOException {
    FakeBackends backends = new FakeBackends("quality: " + quality + "\n");
    await().until(backends.node::ready);
    backends.scorer.expectedGain = 0.3;
    return backends;
  }

  private static HttpResponse<String> ask(
      FakeBackends backends, String text, boolean stream, String... headers) {
    String body =
        "{\"model\":\"auto\",\"stream\":"
            + stream
            + ",\"messages\":[{\"role\":\"user\",\"content\":\""
            + text
            + "\"}]}";
    String[] all = new String[headers.length + 2];
    all[0] = "content-type";
    all[1] = "application/json";
    System.arraycopy(headers, 0, all, 2, headers.length);
    return Http.post(backends.url("/v1/chat/completions"), body, all);
  }

  private static JsonNode summary(FakeBackends backends) throws IOException {
    return JSON.readTree(Http.get(backends.url("/metrics"), "accept", "application/json").body());
  }

  private static List<String> models(FakeBackends backends) {
    return backends.provider.calls.stream().map(call -> call.getModelIds(0)).toList();
  }

  @Test
  void cheapAnswer_tellsItsExpectedQuality_andNothingIsAskedTwiceByDefault() throws Exception {
    try (FakeBackends backends = gateway("{}")) {
      assertThat(ask(backends, "hi", false).headers().firstValue("x-fairlead-quality"))
          .hasValue("0.7");
      assertThat(summary(backends).path("qualityRetention").asDouble())
          .isCloseTo(0.7, within(1e-9));
      backends.scorer.complexity = text -> 0.9;
      assertThat(ask(backends, "hard", false).headers().firstValue("x-fairlead-quality"))
          .hasValue("1");
      assertThat(summary(backends).path("qualityRetention").asDouble())
          .isCloseTo(0.85, within(1e-9));
      assertThat(models(backends)).containsExactly("small", "large");
    }
  }

  @Test
  void sampledAnswers_areComparedWithTheBaseline_wholeAndStreamed() throws Exception {
    try (FakeBackends backends = gateway("{ shadow_share: 1, same_above: 0.99 }")) {
      ask(backends, "one", false);
      await().until(() -> summary(backends).path("qualityComparisons").asInt() == 1);
      ask(backends, "two", true);
      await().until(() -> summary(backends).path("qualityComparisons").asInt() == 2);

      assertThat(models(backends)).containsExactlyInAnyOrder("small", "large", "small", "large");
      assertThat(summary(backends).path("qualityRetention").asDouble())
          .isCloseTo((20 * 0.7 + 2) / 22, within(1e-9));
      assertThat(Http.get(backends.url("/metrics")).body())
          .contains("llm_router_shadow_quality_count 2")
          .containsPattern("llm_router_shadow_cost_usd_total 0\\.00[1-9]");
      assertThat(ask(backends, "three", false).headers().firstValue("x-query-cost"))
          .as("the caller does not pay for the comparison")
          .hasValue("0.00021");
    }
  }

  @Test
  void comparison_isOffTheRequestsPath_andItsCallersCostStays() throws Exception {
    try (FakeBackends backends = gateway("{ shadow_share: 1, same_above: 0.99 }")) {
      backends.provider.live = true;
      HttpResponse<String> answer = ask(backends, "one", false);
      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(answer.headers().firstValue("x-query-cost")).hasValue("0.00021");
      await().atMost(SOON).until(() -> backends.provider.upstreams.size() == 1);
      assertThat(summary(backends).path("qualityComparisons").asInt()).isZero();
      backends.provider.upstreams.getFirst().events("ok", 1);
      backends.provider.upstreams.getFirst().finish();
      await().atMost(SOON).until(() -> summary(backends).path("qualityComparisons").asInt() == 1);
    }
  }

  @Test
  void verdictThatDoesNotCome_givesItsPlaceBack() throws Exception {
    try (FakeBackends backends =
        gateway(
            "{ shadow_share: 1, shadow_concurrency: 1, shadow_timeout: 1s, same_above: 0.99 }")) {
      backends.provider.texts.put("large", "Another answer.");
      backends.scorer.muteEmbeddings = true;
      ask(backends, "one", false);
      await()
          .atMost(SOON)
          .until(() ->
              Http.get(backends.url("/metrics"))
                  .body()
                  .contains("llm_router_shadow_skipped_total{reason=\"failed\"} 1"));
      backends.scorer.muteEmbeddings = false;
      ask(backends, "two", false);
      await().atMost(SOON).until(() -> summary(backends).path("qualityComparisons").asInt() == 1);
    }
  }

  @Test
  void comparisons_areOnDisk_whenTheGatewayHasEnded() throws Exception {
    FakeBackends backends = gateway("{ shadow_share: 1, same_above: 0.99 }");
    try (backends) {
      ask(backends, "one", false);
      await().atMost(SOON).until(() -> summary(backends).path("qualityComparisons").asInt() == 1);
    }
    JsonNode kept = JSON.readTree(backends.dataDir.resolve("gateway-quality.json").toFile());
    assertThat(kept.at("/state/everywhere/models/small/1/count").asDouble())
        .isCloseTo(1, within(1e-3));
  }

  @Test
  void share_isThatOfTheAnswersThatAreCompared() throws Exception {
    try (FakeBackends backends =
        gateway("{ shadow_share: 0.5, shadow_concurrency: 1000, shadow_daily_usd: 100 }")) {
      for (int i = 0; i < 60; i++) {
        ask(
            backends,
            "question " + i,
            false,
            "x-fairlead-policy",
            i % 2 == 0 ? "cheapest" : "complexity");
      }
      // Half of 60, and five standard deviations of chance beside it.
      await()
          .atMost(SOON)
          .untilAsserted(() ->
              assertThat(summary(backends).path("qualityComparisons").asInt()).isBetween(10, 50));
      assertThat(models(backends)).filteredOn("large"::equals).hasSizeBetween(10, 50);
    }
  }

  @Test
  void wrongNumber_isSeen_howeverNearTheVectorsAre() throws Exception {
    try (FakeBackends backends = gateway("{ shadow_share: 1, same_above: -1 }")) {
      backends.provider.texts.put("small", "The product is 381.");
      backends.provider.texts.put("large", "23 times 17 makes 391.");
      ask(backends, "What is 23 times 17?", false);
      await().until(() -> summary(backends).path("qualityComparisons").asInt() == 1);
      assertThat(summary(backends).path("qualityRetention").asDouble())
          .isCloseTo(20 * 0.7 / 21, within(1e-9));

      backends.provider.texts.put("small", "The product is 391.");
      ask(backends, "And what is 23 times 17?", false);
      await().until(() -> summary(backends).path("qualityComparisons").asInt() == 2);
      assertThat(summary(backends).path("qualityRetention").asDouble())
          .isCloseTo((20 * 0.7 + 1) / 22, within(1e-9));
      assertThat(Http.get(backends.url("/metrics")).body())
          .containsPattern("llm_router_quality_retention_bound\\{end=\"low\",?\\} 0\\.[4-6]")
          .containsPattern("llm_router_quality_retention_bound\\{end=\"high\",?\\} 0\\.[7-9]");
    }
  }

  @Test
  void modelJudge_isAskedWhereWordsDiffer() throws Exception {
    try (FakeBackends backends =
        gateway("{ shadow_share: 1, judge: model, judge_model: medium }")) {
      backends.provider.texts.put("large", "something else");
      backends.provider.texts.put("medium", "4");
      ask(backends, "one", false);
      await().until(() -> summary(backends).path("qualityComparisons").asInt() == 1);

      GenerationCall verdict =
          backends.provider.calls.stream()
              .filter(call -> call.getModelIds(0).equals("medium"))
              .findFirst()
              .orElseThrow();
      assertThat(verdict.getChat().getMessages(1).getContent(0).getText())
          .contains("<question>\none\n", "<candidate>\nok\n", "<reference>\nsomething else\n");
      assertThat(summary(backends).path("qualityRetention").asDouble())
          .isCloseTo((20 * 0.7 + 0.4) / 21, within(1e-9));
    }
  }

  @Test
  void exploredAnswers_areLabelsWithTheirPropensity() throws Exception {
    try (FakeBackends backends =
        new FakeBackends(
            "quality: { shadow_share: 1, shadow_concurrency: 64 }\n"
                + "routing: { learning_exploration: 0.5 }\n")) {
      await().until(backends.node::ready);
      backends.scorer.expectedGain = 0.3;
      backends.scorer.complexity = text -> text.startsWith("hard") ? 0.9 : 0.1;
      for (int i = 0; i < 40; i++) {
        ask(backends, "hard " + i, false);
      }
      ask(backends, "easy", false);
      await()
          .atMost(Duration.ofSeconds(30))
          .until(() -> backends.scorer.labels.stream().anyMatch(l -> l.getText().equals("easy")));

      assertThat(backends.scorer.labels.stream().map(LearnRequest::getText))
          .anyMatch(text -> text.startsWith("hard"));
      assertThat(backends.scorer.labels)
          .allMatch(l -> l.getPropensity() == (l.getText().equals("easy") ? 1 : 0.5));
      assertThat(Http.get(backends.url("/metrics")).body())
          .contains("reason=\"learning_exploration\"");
    }
  }

  @Test
  void answerOfTheStandardTier_countsForItsModel_butIsNoLabel() throws Exception {
    try (FakeBackends backends =
        gateway("{ shadow_share: 1, same_above: 0.99, shadow_concurrency: 64 }")) {
      backends.scorer.complexity = text -> text.startsWith("middling") ? 0.5 : 0.1;
      ask(backends, "middling", false);
      await().until(() -> summary(backends).path("qualityComparisons").asInt() == 1);
      ask(backends, "easy", false);
      await().until(() -> !backends.scorer.labels.isEmpty());

      assertThat(models(backends)).containsExactly("medium", "large", "small", "large");
      assertThat(backends.scorer.labels)
          .singleElement()
          .satisfies(label -> {
            assertThat(label.getText()).isEqualTo("easy");
            assertThat(label.getPropensity()).isEqualTo(1);
          });
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"FINISH_REASON_LENGTH", "FINISH_REASON_CONTENT_FILTER"})
  void unfinishedAnswerOfTheBaseline_isNoReference_butIsPaidFor(FinishReason reason)
      throws Exception {
    try (FakeBackends backends = gateway("{ shadow_share: 1, same_above: 0.99 }")) {
      backends.provider.finishReasons.put("large", reason);
      ask(backends, "one", false);
      await()
          .untilAsserted(() ->
              assertThat(Http.get(backends.url("/metrics")).body())
                  .contains("llm_router_shadow_skipped_total{reason=\"unfinished\"} 1")
                  .containsPattern("llm_router_shadow_cost_usd_total 0\\.00[1-9]"));

      assertThat(summary(backends).path("qualityComparisons").asInt()).isZero();
      assertThat(backends.scorer.labels).isEmpty();
    }
  }

  @Test
  void spentBudget_endsComparisons_untilTomorrow() throws Exception {
    try (FakeBackends backends = gateway("{ shadow_share: 1, shadow_daily_usd: 0.000001 }")) {
      ask(backends, "one", false);
      await()
          .untilAsserted(() ->
              assertThat(Http.get(backends.url("/metrics")).body())
                  .contains("llm_router_shadow_skipped_total{reason=\"budget\"} 1"));
      assertThat(models(backends)).containsExactly("small");
    }
  }

  private static void named(FakeBackends backends, String model, String text) {
    assertThat(
            Http.post(
                    backends.url("/v1/chat/completions"),
                    "{\"model\":\""
                        + model
                        + "\",\"messages\":[{\"role\":\"user\",\"content\":\""
                        + text
                        + "\"}]}",
                    "content-type",
                    "application/json")
                .statusCode())
        .isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(strings = {"cheapest", "prompt_length", "weighted"})
  void answerOfAPolicyThatNeedsNoScore_isScoredAfterItWasPicked(String policy) throws Exception {
    try (FakeBackends backends =
        new FakeBackends(
            "quality: { shadow_share: 1, same_above: 0.99 }\n"
                + "routing: { weights: { small: 1 } }\n")) {
      await().until(backends.node::ready);
      backends.scorer.expectedGain = 0.3;
      for (boolean stream : new boolean[] {false, true}) {
        ask(backends, "one " + stream, stream, "x-fairlead-policy", policy);
        int comparisons = stream ? 2 : 1;
        await()
            .atMost(Duration.ofSeconds(20))
            .until(() -> summary(backends).path("qualityComparisons").asInt() == comparisons);
      }
      assertThat(models(backends)).containsExactly("small", "large", "small", "large");
      assertThat(backends.scorer.analyses).as("only those that were picked").hasValue(2);
      JsonNode summary = summary(backends);
      assertThat(summary.path("qualityAnswers").asInt()).isEqualTo(2);
      assertThat(summary.path("qualityRetention").asDouble())
          .isCloseTo((20 * 0.7 + 2) / 22, within(1e-9));
      assertThat(backends.scorer.labels).hasSize(2);
    }
  }

  @Test
  void unscoredAnswer_isNotScored_whenTheBudgetIsSpentOrNothingIsSampled() throws Exception {
    for (String quality :
        List.of("{ shadow_share: 1, shadow_daily_usd: 0.000001 }", "{ shadow_share: 0 }")) {
      try (FakeBackends backends = gateway(quality)) {
        assertThat(
                ask(backends, "one", false, "x-fairlead-policy", "cheapest")
                    .headers()
                    .firstValue("x-fairlead-quality"))
            .isEmpty();
        if (quality.contains("daily")) {
          await()
              .untilAsserted(() ->
                  assertThat(Http.get(backends.url("/metrics")).body())
                      .contains("llm_router_shadow_skipped_total{reason=\"budget\"} 1"));
        }
        assertThat(models(backends)).containsExactly("small");
        assertThat(backends.scorer.analyses).hasValue(0);
      }
    }
  }

  @Test
  void unscoredAnswer_isSkippedAndCostsNothing_whenTheScorerIsAway() throws Exception {
    try (FakeBackends backends =
        gateway("{ shadow_share: 1, shadow_concurrency: 1, same_above: 0.99 }")) {
      backends.scorer.away = true;
      ask(backends, "one", false, "x-fairlead-policy", "cheapest");
      await()
          .untilAsserted(() ->
              assertThat(Http.get(backends.url("/metrics")).body())
                  .contains("llm_router_shadow_skipped_total{reason=\"failed\"} 1"));
      assertThat(models(backends)).containsExactly("small");
      backends.scorer.away = false;
      ask(backends, "two", false, "x-fairlead-policy", "cheapest");
      await().until(() -> summary(backends).path("qualityComparisons").asInt() == 1);
      assertThat(models(backends))
          .as("its place was given back")
          .containsExactly("small", "small", "large");
    }
  }

  @Test
  void requestThatMustNotBeStored_orNamesItsModel_isNotSentTwice() throws Exception {
    try (FakeBackends backends = gateway("{ shadow_share: 1 }")) {
      ask(backends, "one", false, "cache-control", "no-store");
      named(backends, "small", "hi");
      backends.scorer.complexity = text -> 0.9;
      ask(backends, "hard", false);
      assertThat(models(backends)).containsExactly("small", "small", "large");
      assertThat(summary(backends).path("qualityComparisons").asInt()).isZero();
    }
  }
}
