package dev.fairlead.onnx.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.onnx.ModelFile;
import dev.fairlead.onnx.ModelFileException;
import dev.fairlead.onnx.tokenizer.ByteLevelTokenizer;
import java.util.List;
import org.junit.jupiter.api.Test;

class ChatTemplateTest {

  /** As SmolLM2-Instruct's: ChatML with a system turn of its own. */
  private static final String WITH_SYSTEM =
      "{% for message in messages %}{% if loop.first and messages[0]['role'] != 'system' %}"
          + "{{ '<|im_start|>system\\nYou are of some help<|im_end|>\\n' }}{% endif %}"
          + "{{'<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>'"
          + " + '\\n'}}{% endfor %}"
          + "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";

  private final ByteLevelTokenizer tokenizer =
      ByteLevelTokenizer.parse(
          ModelFile.resource("/dev/fairlead/onnx/decoder/tiny/tokenizer.json"));

  private String render(String jinja, ChatTemplate.Turn... turns) {
    return ChatTemplate.parse("test", jinja).render(List.of(turns), tokenizer);
  }

  private static ChatTemplate.Turn turn(String role, String content) {
    return new ChatTemplate.Turn(role, content);
  }

  @Test
  void chatMl_hasEachTurn_andOpensTheAnswer() {
    String jinja = "{{'<|im_start|>' + message['role'] + '\\n' + m + '<|im_end|>' + '\\n'}}";
    assertThat(render(jinja, turn("system", "s"), turn("user", "a\nb"), turn("assistant", "c")))
        .isEqualTo(
            """
            <|im_start|>system
            s<|im_end|>
            <|im_start|>user
            a
            b<|im_end|>
            <|im_start|>assistant
            c<|im_end|>
            <|im_start|>assistant
            """);
    assertThat(render(jinja, turn("user", "a")))
        .isEqualTo("<|im_start|>user\na<|im_end|>\n<|im_start|>assistant\n");
  }

  @Test
  void chatMl_addsTheTemplatesSystemTurn_unlessThereIsOne() {
    assertThat(render(WITH_SYSTEM, turn("user", "a")))
        .startsWith("<|im_start|>system\nYou are of some help<|im_end|>\n<|im_start|>user\na");
    assertThat(render(WITH_SYSTEM, turn("system", "mine"), turn("user", "a")))
        .startsWith("<|im_start|>system\nmine<|im_end|>\n<|im_start|>user\na")
        .doesNotContain("of some help");
  }

  @Test
  void contents_areLines_whenThereIsNoTemplate() {
    assertThat(render("", turn("user", "Once upon"), turn("user", "a time")))
        .isEqualTo("Once upon\na time");
  }

  @Test
  void template_isRefused_whenItsFormIsNotKnown() {
    assertThatThrownBy(() -> render("{{ '[INST]' + message.content + '[/INST]' }}"))
        .isInstanceOf(ModelFileException.class)
        .hasMessageContaining("test: chat_template")
        .hasMessageContaining("expected: ChatML");
  }
}
