package dev.fairlead.provider.openai;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.v1.ChatDelta;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Pieces of servers that tell them in their own way. */
class ChunkCodecTest {

  private static List<ChatDelta> deltas(String... choices) {
    ChunkCodec codec = new ChunkCodec();
    List<ChatDelta> deltas = new ArrayList<>();
    for (String choice : choices) {
      byte[] json = ("{'choices':[{'index':0," + choice + "}]}").replace('\'', '"').getBytes(UTF_8);
      deltas.addAll(codec.deltas(json, 0, json.length));
    }
    return deltas;
  }

  private static String call(String index, String id, String name, String arguments) {
    String told = index.isEmpty() ? "" : "'index':" + index + ",";
    return "'delta':{'tool_calls':[{%s'id':%s,'function':{'name':%s,'arguments':'%s'}}]}"
        .formatted(told, id, name, arguments);
  }

  /** Each piece as index:id:name:arguments. */
  private static List<String> calls(String... choices) {
    return deltas(choices).stream()
        .map(ChatDelta::getToolCall)
        .map(c -> c.getIndex() + ":" + c.getId() + ":" + c.getName() + ":" + c.getArgumentsJson())
        .toList();
  }

  @Test
  void finishReason_thatIsEmpty_isNone() {
    assertThat(
            deltas(
                "'delta':{'content':'a'},'finish_reason':''",
                "'delta':{'content':'b'},'finish_reason':'stop'"))
        .extracting(ChatDelta::getDeltaCase)
        .containsExactly(
            ChatDelta.DeltaCase.TEXT, ChatDelta.DeltaCase.TEXT, ChatDelta.DeltaCase.FINISH_REASON);
  }

  @Test
  void parallelCalls_areSeveral_whereTheServerTellsThemAtOneIndex() {
    for (String index : new String[] {"0", ""}) {
      assertThat(
              calls(
                  call(index, "'a'", "'f'", "1"),
                  call(index, "'b'", "'f'", "2"),
                  call(index, "null", "null", "3"),
                  call(index, "'c'", "'g'", "4")))
          .containsExactly("0:a:f:1", "1:b:f:2", "1:::3", "2:c:g:4");
    }
  }

  @Test
  void call_isOne_whereTheServerRepeatsItsName_orGivesEachPieceAnId() {
    assertThat(calls(call("0", "'a'", "'f'", "1"), call("0", "'a'", "'f'", "2")))
        .containsExactly("0:a:f:1", "0:::2");
    assertThat(calls(call("0", "'a'", "'f'", "1"), call("0", "'b'", "null", "2")))
        .containsExactly("0:a:f:1", "0:::2");
    assertThat(
            calls(
                call("0", "'a'", "'f'", "1"),
                call("1", "'b'", "'f'", "2"),
                call("0", "null", "null", "3"),
                call("1", "null", "null", "4")))
        .containsExactly("0:a:f:1", "1:b:f:2", "0:::3", "1:::4");
  }
}
