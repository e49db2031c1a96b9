package dev.fairlead.gateway.dialect.openai;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.common.hash.Hashing;
import dev.fairlead.gateway.dialect.ScanLimits;
import dev.fairlead.gateway.dialect.ScannedRequest;
import dev.fairlead.gateway.dialect.json.RandomJson;
import dev.fairlead.v1.FieldSpan;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ScopeDigestTest {

  private static final int ROUNDS = 2000;
  private static final String CANONICAL =
      "DIALECT_OPENAI_CHAT\n{\"messages\":[{\"role\":\"user\",\"content\":@}]}";
  private static final OpenAiChatCodec CODEC = new OpenAiChatCodec(ScanLimits.DEFAULT);

  @ParameterizedTest
  @ValueSource(longs = {2, 30, 400})
  void digestAndFacts_areTheSame_howeverTheRequestIsSpelled(long seed) {
    RandomJson json = new RandomJson(seed);
    for (int i = 0; i < ROUNDS; i++) {
      Map<String, @Nullable Object> request = request(json);
      String one = json.spelled(request);
      String other = json.spelled(request);
      assertThat(scan(one).facts()).as("%s%n%s", one, other).isEqualTo(scan(other).facts());
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {5, 60})
  void digest_differs_whenAnyRelevantValueDiffers(long seed) {
    RandomJson json = new RandomJson(seed);
    for (int i = 0; i < ROUNDS; i++) {
      Map<String, @Nullable Object> request = request(json);
      Map<String, @Nullable Object> changed = changed(request, json.random());
      assertThat(scan(json.spelled(changed)).facts().scopeDigest())
          .as("%s%n%s", request, changed)
          .isNotEqualTo(scan(json.spelled(request)).facts().scopeDigest());
    }
  }

  @Test
  void spans_holdExactlyTheValues_howeverTheRequestIsSpelled() throws IOException {
    RandomJson json = new RandomJson(77);
    ObjectMapper mapper = new ObjectMapper();
    for (int i = 0; i < ROUNDS; i++) {
      byte[] body = json.spelled(request(json)).getBytes(UTF_8);
      JsonNode whole = mapper.readTree(body);
      List<FieldSpan> spans = CODEC.scan(body).raw().getFieldsList();
      assertThat(spans.stream().map(FieldSpan::getName))
          .containsExactlyElementsOf(whole.propertyStream().map(Map.Entry::getKey).toList());
      for (FieldSpan span : spans) {
        int length = span.getValueEnd() - span.getValueStart();
        assertThat(mapper.readTree(body, span.getValueStart(), length))
            .isEqualTo(whole.get(span.getName()));
        assertThat(new String(body, span.getValueStart(), length, UTF_8))
            .isEqualTo(new String(body, span.getValueStart(), length, UTF_8).strip());
        assertThat(body[span.getKeyStart()]).isEqualTo((byte) '"');
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"temperature\":1 | \"temperature\":1.0 | true",
        "\"temperature\":1 | \"temperature\":1e0 | true",
        "\"temperature\":0 | \"temperature\":-0.0e5 | true",
        "\"x\":100000000000000000000 | \"x\":1e20 | true",
        "\"x\":1200 | \"x\":1.2e3 | true",
        "\"x\":9007199254740993 | \"x\":9007199254740992 | false",
        "\"x\":0.1 | \"x\":0.10000000000000001 | false",
        "\"x\":1 | \"x\":\"1\" | false",
        "\"x\":1 | \"x\":-1 | false",
        "\"x\":null | \"y\":null | false",
        "\"x\":[1,2] | \"x\":[2,1] | false",
        "\"x\":[[1],2] | \"x\":[[1,2]] | false",
        "\"x\":\"a/b\" | \"x\":\"a\\/b\" | true",
        "\"x\":\"\\u0061\\\\\\\"\" | \"x\":\"a\\u005c\\u0022\" | true",
        "\"x\":\"a\\\"b\" | \"x\":\"a\\\\\" | false",
        "\"x\":\"@\" | \"x\":\"\" | false",
        "\"model\":\"a\" | \"model\":\"b\" | true",
        "\"stream\":true,\"stream_options\":{} | \"stream\":false | true",
        "\"user\":\"a\",\"metadata\":{\"a\":\"b\"} | \"store\":true | true",
        "\"prompt_cache_key\":\"a\",\"safety_identifier\":\"a\" | \"service_tier\":\"flex\" | true",
        "\"fairlead\":{\"policy\":\"cheapest\"} | \"user\":\"x\" | true",
        "\"seed\":1 | \"seed\":2 | false",
        "\"tools\":[{\"type\":\"x\"}] | \"tools\":[{\"type\":\"y\"}] | false",
        "\"unknown_field\":1 | \"unknown_field\":2 | false",
      })
  void digest_comparesMeaning_notSpelling(String one, String other, boolean same) {
    String ask = "\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]";
    assertThat(
            scan("{" + one + "," + ask + "}")
                .facts()
                .scopeDigest()
                .equals(scan("{" + ask + "," + other + "}").facts().scopeDigest()))
        .isEqualTo(same);
  }

  @Test
  void digest_leavesOutTheLastUserText_butKeepsItsPlace() {
    String one = messages("{\"role\":\"user\",\"content\":\"a\"}");
    assertThat(digest(one)).isEqualTo(digest(messages("{\"role\":\"user\",\"content\":\"b\"}")));
    assertThat(digest(one))
        .isNotEqualTo(digest(messages("{\"role\":\"system\",\"content\":\"a\"}")));
    assertThat(digest(one))
        .isNotEqualTo(
            digest(
                messages("{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"a\"}]}")));
    String first =
        "{\"role\":\"user\",\"content\":\"%s\"},{\"role\":\"assistant\",\"content\":\"y\"},"
            + "{\"role\":\"user\",\"content\":\"%s\"}";
    assertThat(digest(messages(first.formatted("a", "b"))))
        .isEqualTo(digest(messages(first.formatted("a", "c"))));
    assertThat(digest(messages(first.formatted("a", "b"))))
        .isNotEqualTo(digest(messages(first.formatted("c", "b"))));
  }

  @Test
  void digestAndText_differTogether_whenPartsMeetElsewhere() {
    String parts =
        "{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"%s\"},"
            + "{\"type\":\"text\",\"text\":\"%s\"}]}";
    ScannedRequest one = scan(messages(parts.formatted("a\\nb", "c")));
    ScannedRequest other = scan(messages(parts.formatted("a", "b\\nc")));
    assertThat(one.facts().lastUserText()).isEqualTo(other.facts().lastUserText());
    assertThat(one.facts().scopeDigest()).isNotEqualTo(other.facts().scopeDigest());
  }

  @Test
  void digest_isStable_acrossVersions() {
    assertThat(
            HexFormat.of()
                .formatHex(
                    scan(messages("{\"role\":\"user\",\"content\":\"a\"}"))
                        .facts()
                        .scopeDigest()
                        .toByteArray()))
        .isEqualTo(Hashing.sha256().hashString(CANONICAL, UTF_8).toString());
  }

  private static String messages(String turns) {
    return "{\"messages\":[" + turns + "]}";
  }

  private static Object digest(String body) {
    return scan(body).facts().scopeDigest();
  }

  private static ScannedRequest scan(String body) {
    return CODEC.scan(body.getBytes(UTF_8));
  }

  private static Map<String, @Nullable Object> request(RandomJson json) {
    Map<String, @Nullable Object> request = new LinkedHashMap<>();
    json.object(3)
        .forEach((name, value) -> request.put("x_" + name.toLowerCase(Locale.ROOT), value));
    request.put("model", json.text(6));
    request.put("temperature", BigDecimal.valueOf(json.random().nextInt(20), 1));
    request.put("max_tokens", BigDecimal.valueOf(1 + json.random().nextInt(5000)));
    List<Object> messages = new ArrayList<>();
    for (int i = json.random().nextInt(3); i >= 0; i--) {
      Map<String, Object> turn = new HashMap<>();
      turn.put("role", i % 2 == 0 ? "user" : "system");
      turn.put("content", json.text(30));
      turn.put("extra", json.text(4));
      messages.add(turn);
    }
    request.put("messages", messages);
    return request;
  }

  /** One relevant thing is other than before. */
  private static Map<String, @Nullable Object> changed(
      Map<String, @Nullable Object> request, Random random) {
    Map<String, @Nullable Object> changed = new LinkedHashMap<>(request);
    switch (random.nextInt(4)) {
      case 0 -> changed.put("temperature", BigDecimal.valueOf(random.nextInt(9) * 100L + 53, 4));
      case 1 -> changed.put("x_more\u00df", List.of());
      case 2 -> changed.remove("max_tokens");
      default -> {
        List<Object> messages =
            new ArrayList<>((List<?>) Objects.requireNonNull(request.get("messages")));
        messages.addFirst(Map.of("role", "system", "content", ""));
        changed.put("messages", messages);
      }
    }
    return changed;
  }
}
