package dev.fairlead.gateway.dialect.openai;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.catalog.Capability;
import dev.fairlead.common.failure.Failure.InvalidRequest;
import dev.fairlead.gateway.dialect.Refusal;
import dev.fairlead.gateway.dialect.ScanLimits;
import dev.fairlead.gateway.dialect.answer.AnswerJson;
import dev.fairlead.v1.Dialect;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Base64;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OpenAiEmbeddingsCodecTest {

  private static final OpenAiEmbeddingsCodec CODEC = new OpenAiEmbeddingsCodec(ScanLimits.DEFAULT);

  @Test
  void request_isRead_whenInputIsOneText() {
    ScannedEmbeddings scanned = scan("{\"model\":\"m\",\"input\":\"h\\u00e9\",\"user\":\"u\"}");
    assertThat(scanned.inputs()).containsExactly("h\u00e9");
    assertThat(scanned.base64()).isFalse();
    assertThat(scanned.dimensions()).isEmpty();
    assertThat(scanned.request().facts().model()).isEqualTo("m");
    assertThat(scanned.request().facts().user()).isEqualTo("u");
    assertThat(scanned.request().facts().needs()).containsExactly(Capability.EMBEDDINGS);
    assertThat(scanned.request().facts().promptCharacters()).isEqualTo(2);
    assertThat(scanned.request().raw().getDialect()).isEqualTo(Dialect.DIALECT_OPENAI_EMBEDDINGS);
    assertThat(scanned.request().raw().getFieldsCount()).isEqualTo(3);
  }

  @Test
  void request_isRead_whenInputIsAnArray() {
    ScannedEmbeddings scanned =
        scan(
            """
            {"input":["a","b"],"encoding_format":"base64","dimensions":256,"fairlead":{"tags":["t"]}}\
            """);
    assertThat(scanned.inputs()).containsExactly("a", "b");
    assertThat(scanned.base64()).isTrue();
    assertThat(scanned.dimensions()).isEqualTo(OptionalInt.of(256));
    assertThat(scanned.request().facts().model()).isEqualTo("auto");
    assertThat(scanned.request().controls().tags()).containsExactly("t");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{}                                      | input           | missing",
        "{\"input\":null}                        | input           | missing",
        "{\"input\":[]}                          | input           | 1..2048",
        "{\"input\":\"\"}                        | input           | not empty",
        "{\"input\":[\"a\",\"\"]}                | input[1]        | not empty",
        "{\"input\":[1,2,3]}                     | input[0]        | token numbers are not"
            + " supported",
        "{\"input\":[[1,2],[3]]}                 | input[0]        | token numbers are not"
            + " supported",
        "{\"input\":{}}                          | input           | a string or an array",
        "{\"input\":\"a\",\"dimensions\":0}      | dimensions      | an integer",
        "{\"input\":\"a\",\"dimensions\":\"5\"}  | dimensions      | a number",
        "{\"input\":\"a\",\"encoding_format\":\"int8\"} | encoding_format | float or base64",
        "{\"input\":\"a\",\"Input\":\"b\"}       | Input           | lower case",
      })
  void request_isRefusedWithPath_whenWrong(String body, String param, String message) {
    InvalidRequest refusal = Refusal.of(() -> scan(body));
    assertThat(refusal.param()).isEqualTo(param);
    assertThat(refusal.message()).contains(message);
  }

  @Test
  void request_isRefused_whenTextsAreTooMany() {
    String texts = "\"a\",".repeat(2048) + "\"a\"";
    assertThat(Refusal.of(() -> scan("{\"input\":[" + texts + "]}")).param()).isEqualTo("input");
    assertThat(scan("{\"input\":[" + texts.substring(4) + "]}").inputs()).hasSize(2048);
  }

  @Test
  void digest_differs_whenInputDiffers() {
    assertThat(scan("{\"input\":\"a\"}").request().facts().scopeDigest())
        .isNotEqualTo(scan("{\"input\":\"b\"}").request().facts().scopeDigest())
        .isEqualTo(
            scan("{\"model\":\"m\", \"input\":\"\\u0061\"}").request().facts().scopeDigest());
  }

  @Test
  void answer_tellsFloats_whenAskedForThem() throws IOException {
    JsonNode answer =
        AnswerJson.MAPPER.readTree(
            CODEC.answer(List.of(new float[] {0.5f, -1e-7f}, new float[] {1}), "m\"", 7, false));
    assertThat(answer.get("object").textValue()).isEqualTo("list");
    assertThat(answer.get("model").textValue()).isEqualTo("m\"");
    assertThat(answer.at("/usage/prompt_tokens").longValue()).isEqualTo(7);
    assertThat(answer.at("/usage/total_tokens").longValue()).isEqualTo(7);
    assertThat(answer.at("/data/0/object").textValue()).isEqualTo("embedding");
    assertThat(answer.at("/data/1/index").intValue()).isEqualTo(1);
    assertThat(answer.at("/data/0/embedding/0").floatValue()).isEqualTo(0.5f);
    assertThat(answer.at("/data/0/embedding/1").floatValue()).isEqualTo(-1e-7f);
  }

  @Test
  void answer_tellsLittleEndianFloats_whenAskedForBase64() throws IOException {
    JsonNode answer =
        AnswerJson.MAPPER.readTree(CODEC.answer(List.of(new float[] {0.25f, -3}), "m", 1, true));
    ByteBuffer floats =
        ByteBuffer.wrap(Base64.getDecoder().decode(answer.at("/data/0/embedding").textValue()))
            .order(ByteOrder.LITTLE_ENDIAN);
    assertThat(floats.remaining()).isEqualTo(8);
    assertThat(floats.getFloat()).isEqualTo(0.25f);
    assertThat(floats.getFloat()).isEqualTo(-3f);
  }

  @Test
  void answer_isRefused_whenAValueIsNotFinite() {
    assertThatThrownBy(() -> CODEC.answer(List.of(new float[] {Float.NaN}), "m", 1, false))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static ScannedEmbeddings scan(String body) {
    return CODEC.scan(body.getBytes(UTF_8));
  }
}
