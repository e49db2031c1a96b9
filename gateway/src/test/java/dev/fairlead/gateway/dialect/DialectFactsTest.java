package dev.fairlead.gateway.dialect;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.fairlead.catalog.Capability;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What routing and cache are told of a request, in every format. */
class DialectFactsTest {

  private static RequestFacts facts(CodecSamples sample, String body) {
    return sample.codec().scan(body.getBytes(UTF_8)).facts();
  }

  private static String question(CodecSamples sample, String text, String more) {
    return switch (sample) {
      case CHAT -> "{\"messages\":[{\"role\":\"user\",\"content\":\"" + text + "\"}]" + more + "}";
      case COMPLETIONS -> "{\"prompt\":\"" + text + "\"" + more + "}";
      case MESSAGES ->
          "{\"max_tokens\":5,\"messages\":[{\"role\":\"user\",\"content\":\""
              + text
              + "\"}]"
              + more
              + "}";
      case RESPONSES -> "{\"input\":\"" + text + "\"" + more + "}";
    };
  }

  @ParameterizedTest
  @EnumSource(CodecSamples.class)
  void plainQuestion_isEligible_andItsTextIsOutsideTheScope(CodecSamples sample) {
    RequestFacts one = facts(sample, question(sample, "why?", ""));
    RequestFacts other = facts(sample, question(sample, "how so?", ""));
    assertThat(one.semanticEligible()).isTrue();
    assertThat(one.lastUserText()).isEqualTo("why?");
    assertThat(one.model()).isEqualTo("auto");
    assertThat(one.promptCharacters()).isEqualTo(4);
    assertThat(other.scopeDigest()).isEqualTo(one.scopeDigest());
  }

  @ParameterizedTest
  @EnumSource(CodecSamples.class)
  void d2_whatChangesTheAnswer_changesTheScope_andNothingElseDoes(CodecSamples sample) {
    RequestFacts plain = facts(sample, question(sample, "why?", ""));
    assertThat(facts(sample, question(sample, "why?", ",\"temperature\":0.5")).scopeDigest())
        .isNotEqualTo(plain.scopeDigest());
    assertThat(facts(sample, question(sample, "why?", ",\"top_secret\":1")).scopeDigest())
        .isNotEqualTo(plain.scopeDigest());
    assertThat(
            facts(sample, question(sample, "why?", ",\"stream\":true,\"model\":\"x\""))
                .scopeDigest())
        .isEqualTo(plain.scopeDigest());
  }

  /** A response repeats it, so a stored one would tell one user what another said. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        ",\"metadata\":{\"customer\":\"ada\"}",
        ",\"user\":\"ada\"",
        ",\"prompt_cache_key\":\"ada\"",
        ",\"safety_identifier\":\"ada\""
      })
  void d2_whoAsks_isInTheScopeOfAResponse_andOutsideThatOfAChat(String more) {
    assertThat(scopeOf(CodecSamples.RESPONSES, more))
        .isNotEqualTo(scopeOf(CodecSamples.RESPONSES, ""))
        .isNotEqualTo(scopeOf(CodecSamples.RESPONSES, more.replace("ada", "bob")));
    assertThat(scopeOf(CodecSamples.CHAT, more)).isEqualTo(scopeOf(CodecSamples.CHAT, ""));
  }

  private static ByteString scopeOf(CodecSamples sample, String more) {
    return facts(sample, question(sample, "why?", more)).scopeDigest();
  }

  @ParameterizedTest
  @EnumSource(CodecSamples.class)
  void formats_doNotShareScopes(CodecSamples sample) {
    for (CodecSamples other : CodecSamples.all()) {
      if (other != sample) {
        assertThat(facts(sample, question(sample, "a", "")).scopeDigest())
            .isNotEqualTo(facts(other, question(other, "a", "")).scopeDigest());
      }
    }
  }

  @Test
  void needs_areFoundInEveryFormat() {
    assertThat(facts(CodecSamples.MESSAGES, CodecSamples.MESSAGES.request()).needs())
        .containsExactlyInAnyOrder(Capability.TOOLS, Capability.VISION, Capability.REASONING);
    assertThat(facts(CodecSamples.RESPONSES, CodecSamples.RESPONSES.request()).needs())
        .containsExactlyInAnyOrder(
            Capability.TOOLS, Capability.VISION, Capability.REASONING, Capability.JSON_SCHEMA);
    assertThat(facts(CodecSamples.MESSAGES, CodecSamples.MESSAGES.request()).user()).isEqualTo("u");
  }

  @Test
  void completions_countEveryChoiceOfEveryPrompt() {
    RequestFacts facts = facts(CodecSamples.COMPLETIONS, CodecSamples.COMPLETIONS.request());
    assertThat(facts.choiceCount()).isEqualTo(6);
    assertThat(facts.semanticEligible()).isFalse();
    assertThat(facts.maxOutputTokens()).hasValue(5);
  }

  @Test
  void completions_takeManyPrompts_andFewOfManyAnswers() {
    String many = "\"a\"" + ",\"a\"".repeat(127);
    assertThat(facts(CodecSamples.COMPLETIONS, "{\"prompt\":[" + many + "]}").choiceCount())
        .isEqualTo(128);
    assertThat(facts(CodecSamples.COMPLETIONS, "{\"prompt\":[\"a\",\"b\"],\"n\":64}").choiceCount())
        .isEqualTo(128);
    String both = "{\"n\":128,\"prompt\":[" + many + "]}";
    assertThat(Refusal.of(() -> facts(CodecSamples.COMPLETIONS, both)).message())
        .contains("128 answers", "best_of", "128 of prompt");
  }

  @Test
  void noTokensOfAnswer_areAllowedWhereTheVendorAllowsThem() {
    RequestFacts warming =
        facts(
            CodecSamples.MESSAGES,
            "{\"max_tokens\":0,\"messages\":[{\"role\":\"user\",\"content\":\"a\"}]}");
    assertThat(warming.maxOutputTokens()).hasValue(1);
    assertThat(warming.keepable()).isFalse();
    assertThat(
            facts(CodecSamples.COMPLETIONS, "{\"prompt\":\"a\",\"echo\":true,\"max_tokens\":0}")
                .maxOutputTokens())
        .hasValue(1);
  }

  @Test
  void systemTurn_countsAndIsNotTheUsers() {
    RequestFacts facts =
        facts(
            CodecSamples.MESSAGES,
            "{\"max_tokens\":5,\"messages\":[{\"role\":\"user\",\"content\":\"why?\"},"
                + "{\"role\":\"system\",\"content\":\"be brief\"}]}");
    assertThat(facts.lastUserText()).isEqualTo("why?");
    assertThat(facts.promptCharacters()).isEqualTo(12);
    assertThat(facts.semanticEligible()).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "MESSAGES|{\"messages\":[{\"role\":\"user\",\"content\":\"a\"}]}|max_tokens",
        "MESSAGES|{\"max_tokens\":1,\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\"}]}]}|"
            + "messages[0].content[0].text",
        "MESSAGES|{\"max_tokens\":1,\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"tool_result\","
            + "\"tool_use_id\":\"x\"}]}]}|messages[0].content[0].tool_use_id",
        "MESSAGES|{\"max_tokens\":1,\"temperature\":1.1,\"messages\":[]}|temperature",
        "MESSAGES|{\"max_tokens\":1,\"tools\":[{\"name\":\"f\"}],\"messages\":[]}|tools[0].input_schema",
        "RESPONSES|{\"input\":[{\"type\":\"item_reference\",\"id\":\"x\"}]}|input[0]",
        "RESPONSES|{\"input\":[{\"role\":\"tool\",\"content\":\"a\"}]}|input[0].role",
        "MESSAGES|{\"max_tokens\":-1,\"messages\":[{\"role\":\"user\",\"content\":\"a\"}]}|max_tokens",
        "MESSAGES|{\"max_tokens\":1,\"messages\":[{\"role\":\"developer\",\"content\":\"a\"}]}|"
            + "messages[0].role",
        "COMPLETIONS|{\"prompt\":\"a\",\"max_tokens\":-1}|max_tokens",
        "COMPLETIONS|{\"prompt\":[\"a\",\"b\"],\"n\":65}|n",
        "COMPLETIONS|{\"prompt\":[\"a\",\"b\",\"c\"],\"n\":2,\"best_of\":43}|best_of",
        "COMPLETIONS|{\"prompt\":\"a\",\"n\":3,\"best_of\":2}|best_of",
        "COMPLETIONS|{\"prompt\":[[1,2]]}|prompt[0]"
      })
  void refusals_nameTheirPath(CodecSamples sample, String body, String param) {
    assertThat(Refusal.of(() -> facts(sample, body)).param()).isEqualTo(param);
  }
}
