package dev.fairlead.provider.usage;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.fairlead.catalog.TokenCounter;
import dev.fairlead.provider.call.RequestForm;
import dev.fairlead.v1.ChatRequest;
import dev.fairlead.v1.ContentPart;
import dev.fairlead.v1.FieldSpan;
import dev.fairlead.v1.Message;
import dev.fairlead.v1.RawRequest;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What of a request counts as input. The overhead is OpenAI's for gpt-3.5-turbo and gpt-4 since
 * June 2023: 3 tokens a message, its role, 1 for a name, and 3 that begin the answer. Source:
 * {@code openai/openai-cookbook}, {@code examples/How_to_count_tokens_with_tiktoken.ipynb}, section
 * 6, at commit 06d9feb, read 2026-11-21; it calls the counts an estimate that may change from model
 * to model. What a picture takes is an assumption of ours, see {@code images}.
 *
 * @param words texts, one a line
 * @param further characters beyond {@link #MOST_WORDS}
 * @param messages turns of a conversation; 0 for a plain prompt
 * @param names participants named
 * @param images pictures, each taken for one of 1024 x 1024 in high detail (85 + 4 x 170 tokens)
 * @param tokens that the client had counted out itself
 */
record PromptSize(String words, long further, int messages, int names, int images, int tokens) {

  private static final int MOST_WORDS = 1 << 20;
  private static final int PER_MESSAGE = 3;
  private static final int PER_ANSWER = 3;
  private static final int PER_IMAGE = 765;
  private static final int CHARACTERS_PER_TOKEN = 4;

  static PromptSize of(RequestForm form) {
    Gathering gathering = new Gathering();
    switch (form) {
      case RequestForm.Raw raw -> gathering.raw(raw.request());
      case RequestForm.Typed typed -> gathering.typed(typed.request());
    }
    return gathering.size();
  }

  long tokens(TokenCounter counter) {
    // Line ends between texts stand for the roles, one token each; the first has none before it.
    long overhead = messages == 0 ? 0 : (long) PER_MESSAGE * messages + 1 + PER_ANSWER;
    return counter.count(words)
        + further / CHARACTERS_PER_TOKEN
        + overhead
        + names
        + (long) PER_IMAGE * images
        + tokens;
  }

  private static final class Gathering {
    private static final JsonFactory JSON = new JsonFactory();
    private static final Set<String> PROMPTS =
        Set.of("messages", "prompt", "input", "system", "instructions", "tools", "functions");
    private static final Set<String> TOOLS = Set.of("tools", "functions");
    private static final Set<String> WORDS =
        Set.of(
            "content", "text", "arguments", "refusal", "description", "name", "output", "thinking");
    private static final List<String> IMAGES = List.of("image_url", "image", "input_image");

    private final StringBuilder words = new StringBuilder();
    private long further;
    private int messages;
    private int names;
    private int images;
    private int tokens;

    PromptSize size() {
      return new PromptSize(words.toString(), further, messages, names, images, tokens);
    }

    void typed(ChatRequest request) {
      for (Message message : request.getMessagesList()) {
        messages++;
        names += message.hasName() ? 1 : 0;
        for (ContentPart part : message.getContentList()) {
          append(part.getText());
          append(part.getRefusal());
          append(part.getReasoning().getText());
          images += part.hasImage() ? 1 : 0;
        }
        message
            .getToolCallsList()
            .forEach(call -> {
              append(call.getName());
              append(call.getArgumentsJson());
            });
      }
      request
          .getToolsList()
          .forEach(tool -> {
            append(tool.getName());
            append(tool.getDescription());
            append(tool.getParametersJsonSchema());
          });
    }

    void raw(RawRequest request) {
      for (FieldSpan field : request.getFieldsList()) {
        String name = field.getName();
        if (PROMPTS.contains(name)) {
          boolean turn = name.equals("system") || name.equals("instructions");
          messages += turn ? 1 : 0;
          var json = request.getBody().substring(field.getValueStart(), field.getValueEnd());
          try (JsonParser parser = JSON.createParser(json.newInput())) {
            read(parser, TOOLS.contains(name));
          } catch (IOException e) {
            // The edge has checked the body; what cannot be read here is only counted as it is.
            append(json.toStringUtf8());
          }
        }
      }
    }

    /** Of tools every key and text counts, since vendors show the model the whole definition. */
    private void read(JsonParser parser, boolean tool) throws IOException {
      int depth = 0;
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        String name = parser.currentName();
        if (token.isStructStart()) {
          depth++;
          messages += !tool && depth == 2 && token == JsonToken.START_OBJECT ? 1 : 0;
        } else if (token.isStructEnd()) {
          depth--;
        } else if (token == JsonToken.VALUE_STRING) {
          text(name, parser.getText(), tool, depth);
        } else if (token == JsonToken.FIELD_NAME && tool) {
          append(name);
        } else if (token == JsonToken.VALUE_NUMBER_INT && name == null) {
          tokens++;
        }
      }
    }

    private void text(@Nullable String name, String text, boolean tool, int depth) {
      if (tool || name == null || WORDS.contains(name)) {
        append(text);
        names += !tool && depth == 2 && "name".equals(name) ? 1 : 0;
      } else if (name.equals("type") && IMAGES.contains(text)) {
        images++;
      }
    }

    private void append(String text) {
      if (text.isEmpty()) {
        return;
      }
      int room = Math.max(0, MOST_WORDS - words.length());
      if (!words.isEmpty() && room > 0) {
        words.append('\n');
      }
      words.append(text, 0, Math.min(text.length(), room));
      further += Math.max(0, text.length() - room);
    }
  }
}
