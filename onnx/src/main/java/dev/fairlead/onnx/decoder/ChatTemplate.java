package dev.fairlead.onnx.decoder;

import dev.fairlead.onnx.ModelFileException;
import dev.fairlead.onnx.tokenizer.ByteLevelTokenizer;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How turns become the text that a decoder continues. The Jinja of {@code tokenizer_config.json} is
 * not run: it is recognised as one of the forms here. Immutable and thread-safe.
 */
public final class ChatTemplate {

  private static final Pattern DEFAULT_SYSTEM =
      Pattern.compile("<\\|im_start\\|>system\\\\n(?<text>[^<{}']{1,500})<\\|im_end\\|>");

  private final Form form;
  private final String defaultSystem;

  private ChatTemplate(Form form, String defaultSystem) {
    this.form = form;
    this.defaultSystem = defaultSystem;
  }

  /** The forms there are. */
  private enum Form {
    /** No template: the contents, a line each (GPT-2 and other base models). */
    PLAIN,
    /** {@code <|im_start|>role\ncontent<|im_end|>\n} (SmolLM, Qwen, the shipped decoder). */
    CHATML
  }

  /** A turn of a conversation. */
  public record Turn(String role, String content) {}

  /**
   * Recognises a template.
   *
   * @param name of the file it is from
   * @param jinja the template; empty when the model has none
   * @throws ModelFileException when it is none of the known forms
   */
  static ChatTemplate parse(String name, String jinja) {
    if (jinja.isEmpty()) {
      return new ChatTemplate(Form.PLAIN, "");
    }
    if (jinja.contains("<|im_start|>") && jinja.contains("<|im_end|>")) {
      Matcher system = DEFAULT_SYSTEM.matcher(jinja);
      return new ChatTemplate(Form.CHATML, system.find() ? system.group("text") : "");
    }
    throw new ModelFileException(
        name + ": chat_template: of an unknown form (expected: ChatML with <|im_start|>, or none)");
  }

  /** Its form in words. */
  String form() {
    return switch (form) {
      case PLAIN -> "no chat template";
      case CHATML -> "ChatML";
    };
  }

  /** The text to continue; special tokens inside of contents stay text. */
  String render(List<Turn> turns, ByteLevelTokenizer tokenizer) {
    StringBuilder out = new StringBuilder();
    if (form == Form.PLAIN) {
      for (int i = 0; i < turns.size(); i++) {
        out.append(i == 0 ? "" : "\n").append(tokenizer.asText(turns.get(i).content()));
      }
      return out.toString();
    }
    boolean noSystem = turns.isEmpty() || !turns.getFirst().role().equals("system");
    if (noSystem && !defaultSystem.isEmpty()) {
      turn(out, "system", defaultSystem);
    }
    for (Turn turn : turns) {
      turn(out, turn.role(), tokenizer.asText(turn.content()));
    }
    return out.append("<|im_start|>assistant\n").toString();
  }

  private static void turn(StringBuilder out, String role, String content) {
    out.append("<|im_start|>").append(role).append('\n').append(content).append("<|im_end|>\n");
  }
}
