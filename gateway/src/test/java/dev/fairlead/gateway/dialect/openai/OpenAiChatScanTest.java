package dev.fairlead.gateway.dialect.openai;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.catalog.Capability;
import dev.fairlead.common.failure.Failure.InvalidRequest;
import dev.fairlead.gateway.dialect.Refusal;
import dev.fairlead.gateway.dialect.RequestFacts;
import dev.fairlead.gateway.dialect.ScanLimits;
import dev.fairlead.gateway.dialect.ScannedRequest;
import dev.fairlead.v1.Dialect;
import dev.fairlead.v1.FieldSpan;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OpenAiChatScanTest {

  private static final OpenAiChatCodec CODEC =
      new OpenAiChatCodec(new ScanLimits(1 << 20, 64, 256, 100, 3, 8));
  private static final String ASK = "\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]";

  @Test
  void facts_haveDefaults_whenOnlyMessagesAreGiven() {
    ScannedRequest scanned = scan("{" + ASK + "}");
    RequestFacts facts = scanned.facts();
    assertThat(facts.model()).isEqualTo("auto");
    assertThat(facts.stream()).isFalse();
    assertThat(facts.maxOutputTokens()).isEmpty();
    assertThat(facts.choiceCount()).isEqualTo(1);
    assertThat(facts.needs()).isEmpty();
    assertThat(facts.lastUserText()).isEqualTo("Hi");
    assertThat(facts.semanticEligible()).isTrue();
    assertThat(facts.promptCharacters()).isEqualTo(2);
    assertThat(facts.user()).isNull();
    assertThat(facts.scopeDigest().size()).isEqualTo(32);
    assertThat(scanned.includeUsage()).isFalse();
    assertThat(scanned.raw().getDialect()).isEqualTo(Dialect.DIALECT_OPENAI_CHAT);
  }

  @Test
  void facts_areAsIfAbsent_whenEveryMemberIsNull() {
    ScannedRequest scanned =
        scan(
            """
            {"model":null,"stream":null,"stream_options":null,"n":null,"max_tokens":null,"max_completion_tokens":null,
             "temperature":null,"top_p":null,"logprobs":null,"top_logprobs":null,"stop":null,"tools":null,"user":null,
             "tool_choice":null,"response_format":null,"seed":null,"fairlead":null,"metadata":null,%s}\
            """
                .formatted(ASK));
    assertThat(scanned.facts().model()).isEqualTo("auto");
    assertThat(scanned.facts().needs()).isEmpty();
    assertThat(scanned.facts().semanticEligible()).isTrue();
  }

  @Test
  void facts_tellEverything_whenAllIsGiven() {
    ScannedRequest scanned =
        scan(
            """
            {"model":"gpt-4o","stream":true,"stream_options":{"include_usage":true},"max_tokens":5,
             "max_completion_tokens":7.0,"n":2,"user":"u1","fairlead":{"policy":"cheapest"},"reasoning_effort":"low",
             "response_format":{"type":"json_schema","json_schema":{"name":"s","schema":{}}},
             "tools":[{"type":"function","function":{"name":"f"}}],"stop":["a"],"seed":-9223372036854775808,
             "messages":[
               {"role":"system","content":"Be brief."},
               {"role":"user","content":[{"type":"text","text":"What is"},
                 {"type":"image_url","image_url":{"url":"data:x"}},
                 {"type":"text","text":"this?"}]}]}\
            """);
    RequestFacts facts = scanned.facts();
    assertThat(facts.model()).isEqualTo("gpt-4o");
    assertThat(facts.stream()).isTrue();
    assertThat(scanned.includeUsage()).isTrue();
    assertThat(facts.maxOutputTokens()).isEqualTo(OptionalInt.of(7));
    assertThat(facts.choiceCount()).isEqualTo(2);
    assertThat(facts.needs())
        .containsExactlyInAnyOrder(
            Capability.TOOLS, Capability.VISION, Capability.JSON_SCHEMA, Capability.REASONING);
    assertThat(facts.lastUserText()).isEqualTo("What is\nthis?");
    assertThat(facts.semanticEligible()).isFalse();
    assertThat(facts.user()).isEqualTo("u1");
    assertThat(scanned.controls().policy()).isEqualTo("cheapest");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"n\":2,%s}",
        "{\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\"}}],%s}",
        "{\"modalities\":[\"text\",\"audio\"],%s}",
        "{\"web_search_options\":{},%s}",
        "{\"messages\":[{\"role\":\"user\",\"content\":\"a\"},{\"role\":\"assistant\",\"content\":\"b\"}]}",
        "{\"messages\":[{\"role\":\"system\",\"content\":\"a\"}]}",
        "{\"messages\":[{\"role\":\"user\",\"content\":\" \"}]}",
        "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"input_audio\",\"input_audio\":{}}]}]}",
        "{\"messages\":[{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"id\":\"c\",\"type\":\"function\","
            + "\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}]},{\"role\":\"tool\",\"tool_call_id\":\"c\","
            + "\"content\":\"1\"},{\"role\":\"user\",\"content\":\"a\"}]}",
      })
  void semanticHit_isRuledOut_whenMoreThanOnePlainQuestionCounts(String body) {
    assertThat(scan(body.replace("%s", ASK)).facts().semanticEligible()).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{}                                  | messages            | missing",
        "{\"messages\":null}                 | messages            | missing",
        "{\"messages\":[]}                   | messages            | 1..100",
        "{\"messages\":{}}                   | messages            | an array",
        "{\"messages\":[1]}                  | messages[0]         | an object",
        "{\"messages\":[{}]}                 | messages[0].role    | missing",
        "{\"messages\":[{\"role\":1}]}       | messages[0].role    | a string",
        "{\"messages\":[{\"role\":\"bot\"}]} | messages[0].role    | \"bot\"",
        "{\"messages\":[{\"role\":\"user\"}]} | messages[0].content | missing",
        "{\"messages\":[{\"role\":\"user\",\"content\":1}]} | messages[0].content | 1 (expected: a"
            + " string or",
        "{\"messages\":[{\"role\":\"user\",\"content\":null}]} | messages[0].content | null",
        "{\"messages\":[{\"role\":\"user\",\"content\":[]}]} | messages[0].content | at least one"
            + " part",
        "{\"messages\":[{\"role\":\"user\",\"content\":[\"a\"]}]} | messages[0].content[0] | an"
            + " object",
        "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\"}]}]} "
            + "| messages[0].content[0].text | missing",
        "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"image_url\":\"x\"}]}]}"
            + " | messages[0].content[0].image_url | an object",
        "{\"messages\":[{\"role\":\"tool\",\"content\":\"x\"}]} | messages[0].tool_call_id |"
            + " missing",
        "{\"messages\":[{\"role\":\"tool\",\"content\":\"x\",\"tool_call_id\":\"c\"}]} "
            + "| messages[0].tool_call_id | earlier assistant message",
        "{\"messages\":[{\"role\":\"assistant\",\"tool_calls\":[{\"id\":\"a\","
            + "\"function\":{\"name\":\"f\",\"arguments\":{}}}]}]}"
            + " | messages[0].tool_calls[0].function.arguments | a string",
      })
  void messages_areRefusedWithPath_whenWrong(String body, String param, String message) {
    InvalidRequest refusal = Refusal.of(() -> scan(body));
    assertThat(refusal.param()).isEqualTo(param);
    assertThat(refusal.message())
        .startsWith(param + ": ")
        .contains(message)
        .contains("(expected: ");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "stream | \"true\"",
        "stream | 1",
        "model | 1",
        "model | [\"a\"]",
        "n | 0",
        "n | -1",
        "n | 9",
        "n | 1.5",
        "n | \"1\"",
        "n | 9223372036854775808",
        "max_tokens | 0",
        "max_tokens | -5",
        "max_tokens | \"5\"",
        "max_tokens | 9223372036854775808",
        "max_completion_tokens | 2147483648",
        "max_completion_tokens | true",
        "temperature | -0.1",
        "temperature | 2.01",
        "temperature | \"1\"",
        "top_p | 1.1",
        "top_p | -1",
        "presence_penalty | 3",
        "frequency_penalty | -2.5",
        "logprobs | -1",
        "logprobs | \"yes\"",
        "top_logprobs | 21",
        "top_logprobs | -1",
        "seed | 9223372036854775808",
        "seed | 0.5",
        "seed | \"1\"",
        "stop | 1",
        "user | 1",
        "user | \"a\\u0000\"",
        "tools | {}",
        "tool_choice | 1",
        "response_format | \"json\"",
        "logit_bias | []",
        "stream_options | true",
        "metadata | []",
        "parallel_tool_calls | 1",
        "store | \"x\"",
        "reasoning_effort | 1",
      })
  void member_isRefusedByName_whenTypeOrRangeIsWrong(String name, String value) {
    InvalidRequest refusal = Refusal.of(() -> scan("{\"" + name + "\":" + value + "," + ASK + "}"));
    assertThat(refusal.param()).isEqualTo(name);
    assertThat(refusal.message()).startsWith(name + ": " + value + " (expected: ");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"stop\":[\"a\",1] | stop[1]",
        "\"stream_options\":{\"include_usage\":1} | stream_options.include_usage",
        "\"tools\":[{\"type\":\"function\"}] | tools[0].function",
        "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"\"}}] | tools[0].function.name",
        "\"tools\":[1] | tools[0]",
        "\"functions\":[{}] | functions[0].name",
        "\"tools\":[{\"type\":\"x\"},{\"type\":\"x\"},{\"type\":\"x\"},{\"type\":\"x\"}] | tools",
        "\"response_format\":{} | response_format.type",
        "\"response_format\":{\"type\":\"json_schema\"} | response_format.json_schema",
        "\"fairlead\":{\"max_cost\":1} | fairlead.max_cost",
        "\"metadata\":{\"a\":1,\"a\":2} | metadata.a",
        "\"tool_choice\":{\"a\":{\"b\":1,\"\\u0062\":2}} | tool_choice.a.b",
      })
  void nestedMember_isRefusedWithPath_whenWrong(String member, String param) {
    assertThat(Refusal.of(() -> scan("{" + member + "," + ASK + "}")).param()).isEqualTo(param);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"model\":\"a\",\"model\":\"a\",%s} | model",
        "{\"model\":\"a\",\"mod\\u0065l\":\"b\",%s} | model",
        "{\"model\":\"a\",\"Model\":\"b\",%s} | Model",
        "{\"Model\":\"b\",%s} | Model",
        "{\"\u017Ftream\":true,%s} | \u017Ftream",
        "{\"x_one\":1,\"X_One\":2,%s} | X_One",
        "{%s,%s} | messages",
      })
  void key_isRefusedByName_whenAmbiguous(String body, String param) {
    InvalidRequest refusal = Refusal.of(() -> scan(body.replace("%s", ASK)));
    assertThat(refusal.param()).isEqualTo(param);
    assertThat(refusal.code()).isEqualTo("ambiguous_key");
  }

  @Test
  void keys_areRefused_whenAmbiguousAmongThousands() {
    StringBuilder body = new StringBuilder("{");
    for (int i = 0; i < 5000; i++) {
      body.append("\"k").append(i).append("\":0,");
    }
    assertThat(scan(body + ASK + "}").raw().getFieldsCount()).isEqualTo(5001);
    assertThat(Refusal.of(() -> scan(body + "\"k17\":1," + ASK + "}")).param()).isEqualTo("k17");
  }

  @Test
  void unknownMembers_pass_whateverTheirValue() {
    assertThat(
            scan("{\"frobnicate\":{\"Deep\":[1e3]},\"camelCase\":0," + ASK + "}")
                .raw()
                .getFieldsCount())
        .isEqualTo(3);
  }

  @ParameterizedTest
  @ValueSource(strings = {"[]", "\"x\"", "1", "null", "true"})
  void body_isRefused_whenNoObject(String body) {
    InvalidRequest refusal = Refusal.of(() -> scan(body));
    assertThat(refusal.param()).isNull();
    assertThat(refusal.message()).isEqualTo("body: " + body + " (expected: an object)");
  }

  @Test
  void value_isCutAndCleaned_whenLongOrUnprintable() {
    String nasty = "\\r\\n" + "\u007f" + "x".repeat(500);
    String message = Refusal.of(() -> scan("{\"n\":\"" + nasty + "\"," + ASK + "}")).message();
    assertThat(message).hasSizeLessThan(120).doesNotContain("\u007f").contains("...");
  }

  @Test
  void body_isKeptWithoutCopy_andSpansAreExact() {
    byte[] body =
        (" {\n\"a\\u0062\" :\t[1, {\"x\":\"}\"}] ,\"caf\u00e9\":\"\u6f22\"," + ASK + " } ")
            .getBytes(UTF_8);
    ScannedRequest scanned = CODEC.scan(body);
    List<FieldSpan> fields = scanned.raw().getFieldsList();
    assertThat(fields.stream().map(FieldSpan::getName))
        .containsExactly("ab", "caf\u00e9", "messages");
    assertThat(value(body, fields.get(0))).isEqualTo("[1, {\"x\":\"}\"}]");
    assertThat(value(body, fields.get(1))).isEqualTo("\"\u6f22\"");
    assertThat(value(body, fields.get(2))).startsWith("[{\"role\"").endsWith("}]");
    assertThat(fields).allMatch(field -> body[field.getKeyStart()] == '"');
    body[0] = '\n';
    assertThat(scanned.raw().getBody().byteAt(0)).isEqualTo((byte) '\n');
  }

  @Test
  void promptCharacters_countTextAndSchemas_andImagesFlat() {
    String image = "data:image/png;base64," + "A".repeat(10_000);
    long characters =
        scan("""
        {"messages":[{"role":"user","content":[{"type":"text","text":"\u6f22\\u6f22\\ud83d\\ude00x"},
        {"type":"image_url","image_url":{"url":"%s"}}]}],"tools":[{"type":"x"}]}\
        """
                .formatted(image))
            .facts()
            .promptCharacters();
    assertThat(characters).isEqualTo(4 + 4_000 + "[{\"type\":\"x\"}]".length());
  }

  private static String value(byte[] body, FieldSpan field) {
    return new String(
        body, field.getValueStart(), field.getValueEnd() - field.getValueStart(), UTF_8);
  }

  private static ScannedRequest scan(String body) {
    return CODEC.scan(body.getBytes(UTF_8));
  }
}
