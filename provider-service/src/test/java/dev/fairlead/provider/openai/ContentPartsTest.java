package dev.fairlead.provider.openai;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.provider.testkit.TypedCalls;
import dev.fairlead.v1.ChatDelta;
import dev.fairlead.v1.ContentPart;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Content that is an array of thoughts and text, as Mistral's Magistral tells it. */
class ContentPartsTest {

  private static final String CONTENT =
      "{'content':[{'type':'thinking','thinking':[{'type':'text','text':'Let me '},"
          + "{'type':'text','text':'see.'}]},{'type':'text','text':'Four'},"
          + "{'type':'text','text':'.'}]}";

  private static byte[] answer(String member) {
    String json =
        "{'choices':[{'index':0,'" + member + "':" + CONTENT + ",'finish_reason':'stop'}]}";
    return json.replace('\'', '"').getBytes(UTF_8);
  }

  @Test
  void parts_areReadAsThoughtsAndText_inWholeAnswers() throws IOException {
    byte[] json = answer("message");
    List<ContentPart> content =
        ChatResponseCodec.decode(json, json.length).getChoices(0).getMessage().getContentList();
    assertThat(content).hasSize(2);
    assertThat(content.get(0).getReasoning().getText()).isEqualTo("Let me see.");
    assertThat(content.get(1).getText()).isEqualTo("Four.");
  }

  @Test
  void parts_areReadAsThoughtsAndText_inStreams() {
    byte[] json = answer("delta");
    List<ChatDelta> deltas = new ChunkCodec().deltas(json, 0, json.length);
    assertThat(deltas.get(0).getReasoning()).isEqualTo("Let me see.");
    assertThat(deltas.get(1).getText()).isEqualTo("Four.");
    assertThat(deltas.get(2).hasFinishReason()).isTrue();
  }

  @Test
  void parts_areCounted_andTheirTextIsKept() throws IOException {
    for (String member : new String[] {"message", "delta"}) {
      byte[] json = answer(member);
      AnswerScan scan = new AnswerScan();
      scan.read(json, 0, json.length);
      assertThat(scan.content()).isTrue();
      assertThat(scan.generated().text()).isEqualTo("Four.");
      AnswerScan plain = new AnswerScan();
      byte[] text =
          "{\"choices\":[{\"delta\":{\"content\":\"Four.\",\"reasoning_content\":\"Let me see.\"}}]}"
              .getBytes(UTF_8);
      plain.read(text, 0, text.length);
      var call = TypedCalls.call("gpt-4o", TypedCalls.request("q"), true);
      assertThat(scan.generated().estimate(call)).isEqualTo(plain.generated().estimate(call));
    }
  }
}
