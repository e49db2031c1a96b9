package dev.fairlead.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import dev.fairlead.v1.CacheHit;
import dev.fairlead.v1.CachedAnswer;
import dev.fairlead.v1.Dialect;
import dev.fairlead.v1.RawAnswer;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** One row a request, with all that explains what it cost, read from the database itself. */
class LedgerRowTest {

  private static final Duration LONG = Duration.ofSeconds(60);
  private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
  private static final String PROMPT = "what is a fairlead";

  private static HttpResponse<String> ask(FakeBackends backends, String key, boolean stream) {
    return Http.post(
        backends.url("/v1/chat/completions"),
        "{\"stream\":"
            + stream
            + ",\"messages\":[{\"role\":\"user\",\"content\":\""
            + PROMPT
            + "\"}]}",
        "content-type",
        "application/json",
        "authorization",
        "Bearer " + key,
        "x-fairlead-tags",
        "of-header",
        "traceparent",
        "00-" + TRACE + "-00f067aa0ba902b7-01");
  }

  private static List<Map<String, Object>> rows(Path dataDir) throws SQLException {
    String url =
        "jdbc:h2:file:"
            + dataDir.toAbsolutePath().resolve("ledger")
            + ";MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE";
    List<Map<String, Object>> rows = new ArrayList<>();
    try (Connection connection = DriverManager.getConnection(url, "fairlead", "");
        Statement statement = connection.createStatement();
        ResultSet result =
            statement.executeQuery("select * from ledger_row order by happened_at, row_id")) {
      while (result.next()) {
        Map<String, Object> row = new HashMap<>();
        for (int i = 1; i <= result.getMetaData().getColumnCount(); i++) {
          Object value = result.getObject(i);
          if (value != null) {
            row.put(result.getMetaData().getColumnName(i), value);
          }
        }
        rows.add(row);
      }
    }
    return rows;
  }

  private static String text(Map<String, Object> row, String column) {
    return Objects.requireNonNull(row.get(column), column).toString();
  }

  private static long number(Map<String, Object> row, String column) {
    return ((Number) Objects.requireNonNull(row.get(column), column)).longValue();
  }

  /** A streamed answer of a model, then the same from the cache. */
  private static List<Map<String, Object>> twoRows(String yaml, List<String> requestIds)
      throws Exception {
    Path dataDir;
    try (FakeBackends backends = new FakeBackends(AdminKeys.CONFIG + "\n" + yaml)) {
      dataDir = backends.dataDir;
      await().atMost(LONG).until(backends.node::ready);
      JsonNode made =
          new AdminKeys(backends)
              .create("{\"tenant\":\"acme\",\"team\":\"search\",\"tags\":[\"of-key\"]}");
      String key = made.get("key").asText();
      HttpResponse<String> fresh = ask(backends, key, true);
      assertThat(fresh.statusCode()).as(fresh.body()).isEqualTo(200);
      await().atMost(LONG).until(() -> !backends.cache.stored.isEmpty());
      HttpResponse<String> hit = ask(backends, key, false);
      assertThat(hit.headers().firstValue("x-fairlead-cache")).contains("hit");
      for (HttpResponse<String> answer : List.of(fresh, hit)) {
        requestIds.add(answer.headers().firstValue("x-request-id").orElseThrow());
      }
      requestIds.add(made.get("id").asText());
    }
    return rows(dataDir);
  }

  @Test
  void rowOfARequest_saysWhoAskedWhatAnsweredAndWhatItCost() throws Exception {
    List<String> ids = new ArrayList<>();
    List<Map<String, Object>> rows = twoRows("", ids);
    assertThat(rows).hasSize(2);
    Map<String, Object> row = rows.getFirst();
    assertThat(row)
        .containsEntry("request_id", ids.getFirst())
        .containsEntry("tenant", "acme")
        .containsEntry("team", "search")
        .containsEntry("key_id", ids.getLast())
        .containsEntry("tags", ",of-header,of-key,")
        .containsEntry("model_asked", "auto")
        .containsEntry("model_used", "small")
        .containsEntry("policy", "complexity")
        .containsEntry("tier", "cheap")
        .containsEntry("complexity", 0.1)
        .containsEntry("cache", "miss")
        .containsEntry("usage_source", "reported")
        .containsEntry("status", "success")
        .containsEntry("failure", "")
        .containsEntry("trace_id", TRACE)
        .containsKeys("row_id", "happened_at", "day_utc", "input_price", "output_price")
        .doesNotContainKeys("similarity", "prompt");
    assertThat(text(row, "reason")).isNotEmpty();
    assertThat(text(row, "prompt_class")).isNotEmpty();
    for (String counted :
        List.of(
            "prompt_tokens",
            "completion_tokens",
            "cost_nano_usd",
            "baseline_nano_usd",
            "latency_micros",
            "first_token_micros",
            "attempts")) {
      assertThat(number(row, counted)).as(counted).isPositive();
    }
    assertThat(number(row, "saved_nano_usd"))
        .isEqualTo(number(row, "baseline_nano_usd") - number(row, "cost_nano_usd"));
    assertThat(number(row, "first_token_micros"))
        .isLessThanOrEqualTo(number(row, "latency_micros"));
  }

  @Test
  void rowOfAHit_costsNothing_andSavesTheBaseline_andPromptsAreKeptOnlyWhenWanted()
      throws Exception {
    List<String> ids = new ArrayList<>();
    List<Map<String, Object>> rows = twoRows("ledger: { keep_prompts: true }\n", ids);
    assertThat(rows).hasSize(2).allMatch(row -> PROMPT.equals(row.get("prompt")));
    Map<String, Object> hit = rows.getLast();
    assertThat(hit)
        .containsEntry("request_id", ids.get(1))
        .containsEntry("cache", "hit")
        .containsEntry("status", "success");
    assertThat(number(hit, "attempts")).isZero();
    assertThat(number(hit, "cost_nano_usd")).isZero();
    assertThat(number(hit, "saved_nano_usd"))
        .isPositive()
        .isEqualTo(number(hit, "baseline_nano_usd"));
  }

  @Test
  void rowOfASemanticHit_saysHowNearItWas() throws Exception {
    Path dataDir;
    try (FakeBackends backends = new FakeBackends(AdminKeys.CONFIG)) {
      dataDir = backends.dataDir;
      await().atMost(LONG).until(backends.node::ready);
      String key = new AdminKeys(backends).create("{}").get("key").asText();
      backends.cache.semanticPossible = true;
      backends.cache.semanticHit =
          CacheHit.newBuilder()
              .setKind(CacheHit.Kind.KIND_SEMANTIC)
              .setSimilarity(0.95)
              .setAnswer(
                  CachedAnswer.newBuilder()
                      .setModelId("large")
                      .setUsage(FakeProvider.USAGE)
                      .setRaw(
                          RawAnswer.newBuilder()
                              .setDialect(Dialect.DIALECT_OPENAI_CHAT)
                              .setBody(ByteString.copyFromUtf8("{\"near\":true}"))))
              .build();
      assertThat(ask(backends, key, false).body()).isEqualTo("{\"near\":true}");
    }
    List<Map<String, Object>> rows = rows(dataDir);
    assertThat(rows).hasSize(1);
    assertThat(rows.getFirst())
        .containsEntry("cache", "semantic")
        .containsEntry("model_used", "large")
        .containsEntry("similarity", 0.95);
    assertThat(number(rows.getFirst(), "cost_nano_usd")).isZero();
  }
}
