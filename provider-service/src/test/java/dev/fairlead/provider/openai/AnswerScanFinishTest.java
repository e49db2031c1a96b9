package dev.fairlead.provider.openai;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.v1.FinishReason;
import java.io.IOException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What an answer is kept and judged by: only one that is whole, without calls and without a refusal
 * in any choice is an ordinary end.
 */
class AnswerScanFinishTest {

  private static final String TEXT =
      "{'choices':[{'index':0,'delta':{'content':'Hi'},'finish_reason':null}]}";

  private static void read(AnswerScan scan, String json) throws IOException {
    byte[] bytes = json.replace('\'', '"').getBytes(UTF_8);
    scan.read(bytes, 0, bytes.length);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "STOP         | {'content':'Hi','refusal':null,'tool_calls':[ ]} | stop",
        "STOP         | {'content':'Hi','refusal':'','function_call':null} | stop",
        "REFUSAL      | {'content':null,'refusal':'I cannot help'} | stop",
        "REFUSAL      | {'content':'','refusal':'I cannot help'} | stop",
        "TOOL_CALLS   | {'content':null,'tool_calls':[{'index':0,'id':'a'}]} | stop",
        "TOOL_CALLS   | {'content':null,'function_call':{'name':'f','arguments':'{}'}} | stop",
        "TOOL_CALLS   | {'content':null,'tool_calls':[{'index':0,'id':'a'}]} | tool_calls",
        "LENGTH       | {'content':null,'refusal':'I cann'} | length",
        "LENGTH       | {'content':null,'tool_calls':[{'index':0,'id':'a'}]} | length",
        "CONTENT_FILTER | {'content':null,'refusal':'I cann'} | content_filter",
        "UNSPECIFIED  | {'content':'Hi'} | unheard_of"
      })
  void d5_finish_isNoOrdinaryEnd_whereTheAnswerRefusesOrCalls(
      String expected, String said, String reason) throws IOException {
    FinishReason finish = FinishReason.valueOf("FINISH_REASON_" + expected);
    AnswerScan whole = new AnswerScan();
    read(whole, "{'choices':[{'message':" + said + ",'finish_reason':'" + reason + "'}]}");
    assertThat(whole.finishReason()).isEqualTo(finish);

    AnswerScan streamed = new AnswerScan();
    for (int i = 0; i < 3; i++) {
      read(streamed, TEXT);
    }
    read(streamed, "{'choices':[{'index':0,'delta':" + said + ",'finish_reason':null}]}");
    read(streamed, TEXT.replace("null}", "''}"));
    assertThat(streamed.finished()).isFalse();
    read(streamed, "{'choices':[{'index':0,'delta':{},'finish_reason':'" + reason + "'}]}");
    assertThat(streamed.finished()).isTrue();
    assertThat(streamed.finishReason()).isEqualTo(finish);
  }

  @ParameterizedTest
  @CsvSource({
    "stop, stop, STOP",
    "stop, length, LENGTH",
    "length, stop, LENGTH",
    "stop, tool_calls, TOOL_CALLS",
    "stop, content_filter, CONTENT_FILTER",
    "length, content_filter, CONTENT_FILTER",
    "tool_calls, length, LENGTH",
    "stop, unheard_of, UNSPECIFIED"
  })
  void d5_finish_isTheWorstOfAllChoices(String first, String second, String expected)
      throws IOException {
    FinishReason finish = FinishReason.valueOf("FINISH_REASON_" + expected);
    String one = "{'index':0,'%s':{'content':'a'},'finish_reason':'" + first + "'}";
    String two = "{'index':1,'%s':{'content':'b'},'finish_reason':'" + second + "'}";
    AnswerScan whole = new AnswerScan();
    read(whole, ("{'choices':[" + one + "," + two + "]}").formatted("message", "message"));
    assertThat(whole.finishReason()).isEqualTo(finish);

    AnswerScan streamed = new AnswerScan();
    read(streamed, "{'choices':[" + two.formatted("delta") + "]}");
    read(streamed, "{'choices':[" + one.formatted("delta") + "]}");
    assertThat(streamed.finishReason()).isEqualTo(finish);
  }
}
