package dev.fairlead.gateway.dialect;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.common.failure.FailureException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Caps, budgets and limits see every kind of content, and files not as the text of their base64.
 */
class PromptSizeTest {

  private static final int LENGTH = 64_000;

  private static final String CALL =
      "{\"role\":\"assistant\",\"content\":[{\"type\":\"tool_use\",\"id\":\"1\",\"name\":\"f\",\"input\":{}}]},";

  private static long characters(CodecSamples sample, String content, int length) {
    String said = content.replace('\'', '"').replace("$", "A".repeat(length));
    String body =
        switch (sample) {
          case CHAT, COMPLETIONS -> "{\"messages\":[" + said + "]}";
          case MESSAGES -> "{\"max_tokens\":5,\"messages\":[" + CALL + said + "]}";
          case RESPONSES -> "{\"input\":[" + said + "]}";
        };
    return sample.codec().scan(body.getBytes(UTF_8)).facts().promptCharacters();
  }

  private static long growth(CodecSamples sample, String content) {
    return characters(sample, content, LENGTH) - characters(sample, content, 0);
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      delimiter = '|',
      value = {
        "MESSAGES|{'role':'user','content':[{'type':'document','source':{'type':'text','data':'$'}}]}",
        "MESSAGES|{'role':'user','content':[{'type':'document','source':{'type':'content','content':'$'}}]}",
        "MESSAGES|{'role':'user','content':[{'type':'search_result','content':[{'type':'text','text':'$'}]}]}",
        "MESSAGES|{'role':'user','content':[{'type':'tool_result','tool_use_id':'1','content':["
            + "{'type':'document','source':{'type':'text','data':'$'}}]}]}",
        "MESSAGES|{'role':'assistant','content':[{'type':'server_tool_use','input':{'query':'$'}}]}",
        "CHAT|{'role':'assistant','tool_calls':[{'id':'1','type':'custom','custom':{'name':'f','input':'$'}}]}",
        "CHAT|{'role':'user','content':[{'type':'unheard_of','text':'$'}]}",
        "RESPONSES|{'type':'custom_tool_call','call_id':'1','name':'f','input':'$'}",
        "RESPONSES|{'type':'reasoning','summary':[{'type':'summary_text','text':'$'}]}",
        "RESPONSES|{'role':'user','content':[{'type':'unheard_of','text':'$'}]}"
      })
  void text_countsInEveryKindOfContent(CodecSamples sample, String content) {
    assertThat(growth(sample, content)).isEqualTo(LENGTH);
  }

  /** Some servers put before the model what OpenAI and Anthropic do not know. */
  @ParameterizedTest
  @EnumSource
  void unknownMember_counts(CodecSamples sample) {
    assertThat(documented(sample, LENGTH) - documented(sample, 0)).isEqualTo(LENGTH);
  }

  private static long documented(CodecSamples sample, int length) {
    String body =
        sample.request().replaceFirst("\\{", "{\"documents\":\"" + "A".repeat(length) + "\",");
    return sample.codec().scan(body.getBytes(UTF_8)).facts().promptCharacters();
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      delimiter = '|',
      value = {
        "MESSAGES|3000|{'role':'user','content':[{'type':'document','source':{'type':'base64',"
            + "'media_type':'application/pdf','data':'$'}}]}",
        "CHAT|3000|{'role':'user','content':[{'type':'file','file':{'filename':'a.pdf',"
            + "'file_data':'data:application\\/pdf;base64,$'}}]}",
        "CHAT|48000|{'role':'user','content':[{'type':'file','file':{'file_data':'data:text\\/plain;base64,$'}}]}",
        "CHAT|192|{'role':'user','content':[{'type':'input_audio','input_audio':{'format':'mp3','data':'$'}}]}",
        "RESPONSES|3000|{'role':'user','content':[{'type':'input_file',"
            + "'file_data':'data:application/pdf;base64,$'}]}",
        "RESPONSES|0|{'type':'computer_call_output','call_id':'1','output':{'type':'computer_screenshot',"
            + "'image_url':'data:image/png;base64,$'}}",
        "RESPONSES|0|{'type':'image_generation_call','id':'1','status':'completed','result':'$'}"
      })
  void files_countByWhatTheyAre(CodecSamples sample, long expected, String content) {
    assertThat(growth(sample, content)).isBetween(expected - 10, expected + 10);
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      delimiter = '|',
      value = {
        "MESSAGES|{'role':'user','content':[{'type':'image','source':{'type':'base64','media_type':'image/png',"
            + "'data':'$'}}]}",
        "CHAT|{'role':'user','content':[{'type':'image_url','image_url':{'url':'data:image/png;base64,$'}}]}",
        "RESPONSES|{'role':'user','content':[{'type':'input_image','image_url':'data:image/png;base64,$'}]}"
      })
  void images_countFlat(CodecSamples sample, String content) {
    assertThat(characters(sample, content, LENGTH)).isBetween(4_000L, 4_010L);
  }

  /** The head of a PNG of 1,024 by 1,024 pixels, for which 1,398 tokens are taken. */
  private static final String PNG = "iVBORw0KGgoAAAANSUhEUgAABAAAAAQACAYAAAA=";

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      delimiter = '|',
      value = {
        "MESSAGES|5592|{'role':'user','content':[{'type':'image','source':{'type':'base64',"
            + "'media_type':'image/png','data':'#'}}]}",
        "MESSAGES|5592|{'role':'user','content':[{'type':'tool_result','tool_use_id':'1','content':["
            + "{'type':'image','source':{'type':'base64','media_type':'image/png','data':'#'}}]}]}",
        "CHAT|5592|{'role':'user','content':[{'type':'image_url','image_url':{'url':'data:image/png;base64,#'}}]}",
        "CHAT|340|{'role':'user','content':[{'type':'image_url','image_url':{"
            + "'url':'data:image/png;base64,#','detail':'low'}}]}",
        "CHAT|4000|{'role':'user','content':[{'type':'image_url','image_url':{'url':'https://a/#.png'}}]}",
        "CHAT|4000|{'role':'user','content':[{'type':'image_url','image_url':{"
            + "'url':'data:image\\/png;base64,#'}}]}",
        "RESPONSES|5592|{'role':'user','content':[{'type':'input_image','image_url':'data:image/png;base64,#'}]}",
        "RESPONSES|340|{'role':'user','content':[{'type':'input_image','detail':'low',"
            + "'image_url':'data:image/png;base64,#'}]}",
        "RESPONSES|4000|{'role':'user','content':[{'type':'input_image','file_id':'f'}]}"
      })
  void images_countByTheirSize_whereItCanBeSeen(
      CodecSamples sample, long expected, String content) {
    assertThat(characters(sample, content.replace("#", PNG), 0)).isBetween(expected, expected + 10);
  }

  @Test
  void largeDocument_isNoLongerThanAGuessMayBe() {
    String body =
        "{\"input\":[{\"role\":\"user\",\"content\":[{\"type\":\"input_file\","
            + "\"file_data\":\"data:application/pdf;base64,"
            + "A".repeat(20_000_000)
            + "\"}]}]}";
    assertThat(CodecSamples.RESPONSES.codec().scan(body.getBytes(UTF_8)).facts().promptCharacters())
        .isBetween(400_000L, 400_100L);
  }

  @Test
  @Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void manyMembersOfOneName_takeNoLongerThanTheyAreRead() {
    String body =
        "{\"input\":[{\"role\":\"user\",\"content\":[{\"type\":\"unheard_of\",\"a\":{"
            + "\"data\":\"\",".repeat(200_000)
            + "\"data\":\"\"}}]}]}";
    // Only afterwards it is seen that the names are the same.
    assertThatThrownBy(() -> CodecSamples.RESPONSES.codec().scan(body.getBytes(UTF_8)))
        .isInstanceOf(FailureException.class);
  }
}
