package dev.fairlead.provider.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.google.protobuf.ByteString;
import dev.fairlead.common.failure.FailureException;
import dev.fairlead.provider.call.DroppedFields;
import dev.fairlead.provider.testkit.Spans;
import dev.fairlead.v1.Dialect;
import dev.fairlead.v1.FieldSpan;
import dev.fairlead.v1.RawRequest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RequestSplicerTest {

  private static String splice(String json, boolean streamed, int bound) {
    RawRequest request = Spans.raw(Dialect.DIALECT_OPENAI_CHAT, json);
    byte[] spliced =
        RequestSplicer.splice(
            request, "up\"1", streamed, bound, Quirks.COMPATIBLE, new DroppedFields());
    return new String(spliced, StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        // model replaced, inserted; the fairlead member dropped at every place
        "{\"model\":\"a\",\"n\":1}|{\"model\":\"up\\\"1\",\"n\":1}",
        "{\"n\" : 1}|{\"model\":\"up\\\"1\",\"n\" : 1}",
        "{}|{\"model\":\"up\\\"1\"}",
        "{\"fairlead\":{\"a\":[1]},\"model\":\"a\"}|{\"model\":\"up\\\"1\"}",
        "{\"model\":\"a\", \"fairlead\":1, \"n\":2}|{\"model\":\"up\\\"1\", \"n\":2}",
        "{\"model\":\"a\",\"fairlead\":\"x\" }|{\"model\":\"up\\\"1\" }",
        "{\"fairlead\":1}|{\"model\":\"up\\\"1\"}",
        // a stream flag that contradicts the call
        "{\"model\":\"a\",\"stream\":true,\"stream_options\":{\"x\":1}}|{\"model\":\"up\\\"1\",\"stream\":false}",
        "{\"model\":\"a\",\"stream\":false,\"stream_options\":null}|"
            + "{\"model\":\"up\\\"1\",\"stream\":false,\"stream_options\":null}"
      })
  void splice_changesOnlyWhatIsOurs_whenNotStreamed(String json, String expected) {
    assertThat(splice(json, false, 0)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"model\":\"a\",\"stream\":true}|"
            + "{\"stream_options\":{\"include_usage\":true},\"model\":\"up\\\"1\",\"stream\":true}",
        "{\"model\":\"a\"}|{\"stream\":true,\"stream_options\":{\"include_usage\":true},\"model\":\"up\\\"1\"}",
        "{\"model\":\"a\",\"stream\":true,\"stream_options\":{\"include_usage\":false,\"include_obfuscation\":false}}"
            + "|{\"model\":\"up\\\"1\",\"stream\":true,"
            + "\"stream_options\":{\"include_obfuscation\":false,\"include_usage\":true}}",
        "{\"model\":\"a\",\"stream\":true,\"stream_options\":null}"
            + "|{\"model\":\"up\\\"1\",\"stream\":true,\"stream_options\":{\"include_usage\":true}}"
      })
  void splice_asksForUsage_whenStreamed(String json, String expected) {
    assertThat(splice(json, true, 0)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"model\":\"a\",\"max_tokens\":50}|{\"model\":\"up\\\"1\",\"max_tokens\":50}",
        "{\"model\":\"a\",\"max_tokens\":5000}|{\"model\":\"up\\\"1\",\"max_tokens\":100}",
        "{\"model\":\"a\",\"max_completion_tokens\":99999999999999}|"
            + "{\"model\":\"up\\\"1\",\"max_completion_tokens\":100}",
        "{\"model\":\"a\",\"max_tokens\":1e9}|{\"model\":\"up\\\"1\",\"max_tokens\":100}",
        "{\"model\":\"a\"}|{\"max_tokens\":100,\"model\":\"up\\\"1\"}",
        "{\"model\":\"a\",\"max_tokens\":null}|{\"model\":\"up\\\"1\",\"max_tokens\":100}"
      })
  void splice_clampsTheOutput_whenABoundIsSet(String json, String expected) {
    assertThat(splice(json, false, 100)).isEqualTo(expected);
  }

  @Test
  void splice_keepsEveryOtherMember_inAnyOrder() throws Exception {
    JsonMapper mapper = new JsonMapper();
    List<String> members =
        new ArrayList<>(
            List.of(
                "\"model\":\"auto\"",
                "\"fairlead\" : {\"k\":[1,{\"z\":\"}\"}]}",
                "\"stream\":true",
                "\"x\":1.50",
                "\"max_tokens\":9999",
                "\"messages\":[{\"role\":\"user\",\"content\":\"a \\u00e9 ,}{\"}]",
                "\"seed\":12345678901234567890"));
    Random random = new Random(5);
    for (int i = 0; i < 300; i++) {
      Collections.shuffle(members, random);
      List<String> some = members.subList(0, 1 + random.nextInt(members.size()));
      String json = "{ " + String.join(random.nextBoolean() ? "," : " , ", some) + " }";
      JsonNode out = mapper.readTree(splice(json, true, 100));
      JsonNode in = mapper.readTree(json);
      assertThat(out.get("model").asText()).isEqualTo("up\"1");
      assertThat(out.has("fairlead")).isFalse();
      assertThat(out.get("stream").asBoolean()).isTrue();
      assertThat(out.get("max_tokens").asInt()).isEqualTo(100);
      for (String kept : List.of("x", "messages", "seed")) {
        assertThat(out.get(kept)).isEqualTo(in.get(kept));
      }
    }
  }

  @Test
  void splice_isRefused_whenSpansDoNotFitTheBody() {
    RawRequest lying =
        RawRequest.newBuilder()
            .setDialect(Dialect.DIALECT_OPENAI_CHAT)
            .setBody(ByteString.copyFromUtf8("{\"a\":1}"))
            .addFields(
                FieldSpan.newBuilder()
                    .setName("a")
                    .setKeyStart(1)
                    .setValueStart(5)
                    .setValueEnd(700))
            .build();
    RawRequest none = lying.toBuilder().clearFields().build();
    for (RawRequest request : List.of(lying, none)) {
      assertThatThrownBy(() ->
              RequestSplicer.splice(request, "m", false, 0, Quirks.OPENAI, new DroppedFields()))
          .isInstanceOf(FailureException.class)
          .hasMessageContaining("raw.fields");
    }
  }
}
