package dev.fairlead.gateway.dialect.json;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fairlead.common.failure.Failure.InvalidRequest;
import dev.fairlead.gateway.dialect.Refusal;
import dev.fairlead.gateway.dialect.json.JsonTape.Kind;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonScannerTest {

  private static final JsonLimits LIMITS = new JsonLimits(1 << 22, 64, 256);

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "{",
        "{}{}",
        "{} x",
        "{\"a\":1,}",
        "[1,]",
        "{\"a\"}",
        "{\"a\":}",
        "{a:1}",
        "{'a':1}",
        "nul",
        "truE",
        "[NaN]",
        "[Infinity]",
        "[-]",
        "[01]",
        "[1.]",
        "[.5]",
        "[+1]",
        "[1e]",
        "[1e+]",
        "[0x1]",
        "\"a",
        "\"\\x\"",
        "\"\\u12\"",
        "\"\\u12G4\"",
        "\"\\",
        "\"a\nb\"",
        "\"\t\"",
        "[1 2]",
        "{\"a\":1 \"b\":2}",
        "]",
        "// a\n{}",
        "[1e999999]",
        "[-1e309]",
        "[1e-99999]",
        "\uFEFF{}",
        "{}\u0000",
        "\"\u0000\"",
        "\"\\ud800\"",
        "\"\\udc00\\ud800\"",
        "\"\\ud800\\u0041\"",
        "\"\\ud800x\"",
        "\u00A0{}",
        "{\"a\":1}}",
        "[1]]",
        "[}",
        "{]"
      })
  void document_isRefused_whenNotStrictJson(String text) {
    assertThat(refused(text.getBytes(UTF_8)).code()).isEqualTo(JsonScanner.INVALID_JSON);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\u00C0\u0080",
        "\u00C1\u00BF",
        "\u00E0\u0080\u0080",
        "\u00ED\u00A0\u0080",
        "\u00F0\u0080\u0080\u0080",
        "\u00F4\u0090\u0080\u0080",
        "\u00F5\u0080\u0080\u0080",
        "\u0080",
        "\u00FF",
        "\u00E2\u0082",
        "\u00C3",
        "\u00FE"
      })
  void document_isRefused_whenUtf8IsInvalid(String bytes) {
    assertThat(refused(("\"a" + bytes + "\"").getBytes(ISO_8859_1)).message()).contains("UTF-8");
    assertThat(refused(("\"a" + bytes).getBytes(ISO_8859_1)).message()).contains("UTF-8");
  }

  @Test
  void nesting_isRefusedQuickly_whenDeep() {
    byte[] deep = "[".repeat(100_000).getBytes(UTF_8);
    long best = Long.MAX_VALUE;
    for (int i = 0; i < 5; i++) {
      long start = System.nanoTime();
      assertThat(refused(deep).message()).contains("64 levels");
      best = Math.min(best, System.nanoTime() - start);
    }
    assertThat(Duration.ofNanos(best)).isLessThan(Duration.ofMillis(50));
    assertThat(scan("[".repeat(64) + "]".repeat(64)).kind(0)).isEqualTo(Kind.ARRAY);
    assertThat(refused(("[".repeat(65) + "]".repeat(65)).getBytes(UTF_8)).message())
        .contains("64 levels");
  }

  @Test
  void number_isRefused_whenLong() {
    assertThat(refused(("[" + "9".repeat(1_000_000) + "]").getBytes(UTF_8)).message())
        .contains("256 characters");
  }

  @Test
  void body_isRefusedAsTooLarge_whenBeyondLimit() {
    byte[] body = new byte[LIMITS.maxBodyBytes() + 1];
    assertThat(refused(body).code()).isEqualTo(JsonLimits.TOO_LARGE);
  }

  @Test
  void body_isRefusedAsTooLarge_whenItHasTooManyValues() {
    byte[] body = ("[" + "1,".repeat(1_100_000) + "1]").getBytes(UTF_8);
    assertThat(refused(body).code()).isEqualTo(JsonLimits.TOO_LARGE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0",
        "-0",
        "1e308",
        "0e999999999999",
        "1E+2",
        "-1.5e-300",
        "[]",
        "{}",
        " [ ] ",
        "\"\\ud83d\\ude00\"",
        "\"\\u0000\"",
        "\"\uD83D\uDE00\u0800\uFFFD\"",
        "[null,true,false]",
        "{\"\":{\"\":[]}}",
        "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\""
      })
  void document_isAccepted_whenStrictJson(String text) throws JsonProcessingException {
    JsonTape tape = scan(text);
    assertThat(tape.end(tape.root()) - tape.start(tape.root()))
        .isEqualTo(text.strip().getBytes(UTF_8).length);
    if (tape.kind(0) == Kind.STRING) {
      String expected = new ObjectMapper().readValue(text, String.class);
      assertThat(tape.text(0)).isEqualTo(expected);
      assertThat(tape.characters(0)).isEqualTo(expected.codePointCount(0, expected.length()));
    }
  }

  @Test
  void refusal_namesPath_whenSyntaxIsWrong() {
    assertThat(refused("{\"a\":{\"b\":[1,{\"c\":nul}]}}".getBytes(UTF_8)).param())
        .isEqualTo("a.b[1].c");
    assertThat(refused("{\"a\":1,\"b\":".getBytes(UTF_8)).param()).isEqualTo("b");
    assertThat(refused("[[],[1,".getBytes(UTF_8)).param()).isEqualTo("[1][1]");
    assertThat(refused("{\"a\":1,x".getBytes(UTF_8)).param()).isNull();
  }

  @Test
  void tape_tellsWhatJacksonTells_whateverTheDocument() throws JsonProcessingException {
    RandomJson json = new RandomJson(7);
    ObjectMapper mapper = new ObjectMapper();
    for (int i = 0; i < 600; i++) {
      String text = json.spelled(json.object(4));
      JsonTape tape = scan(text);
      same(tape, 0, mapper.readTree(text));
    }
  }

  static void same(JsonTape tape, int node, JsonNode expected) {
    switch (tape.kind(node)) {
      case OBJECT -> {
        assertThat(tape.count(node)).isEqualTo(expected.size());
        int key = tape.first(node);
        for (int left = tape.count(node); left > 0; left--) {
          same(tape, key + 1, expected.get(tape.text(key)));
          key = tape.next(key + 1);
        }
      }
      case ARRAY -> {
        assertThat(tape.count(node)).isEqualTo(expected.size());
        int element = tape.first(node);
        for (int i = 0; i < expected.size(); i++) {
          same(tape, element, expected.get(i));
          element = tape.next(element);
        }
      }
      case STRING -> {
        String text = expected.textValue();
        assertThat(tape.text(node)).isEqualTo(text);
        assertThat(tape.characters(node)).isEqualTo(text.codePointCount(0, text.length()));
      }
      case NUMBER ->
          assertThat(JsonExpect.decimal(tape, node).doubleValue())
              .isEqualTo(expected.doubleValue());
      case BOOLEAN -> assertThat(JsonExpect.bool(tape, node)).isEqualTo(expected.booleanValue());
      case NULL -> assertThat(expected.isNull()).isTrue();
    }
  }

  private static JsonTape scan(String text) {
    return JsonScanner.scan(text.getBytes(UTF_8), LIMITS);
  }

  private static InvalidRequest refused(byte[] body) {
    return Refusal.of(() -> JsonScanner.scan(body, LIMITS));
  }
}
