package dev.fairlead.provider.translation;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.fairlead.v1.ChatDelta;
import dev.fairlead.v1.ChatRequest;
import dev.fairlead.v1.ChatResponse;
import dev.fairlead.v1.Choice;
import dev.fairlead.v1.Message;
import dev.fairlead.v1.Tool;
import dev.fairlead.v1.ToolCall;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;

/**
 * Names of tools that not every vendor takes, under names that all take: a letter or underscore,
 * then letters, digits, underscores and dashes, 64 in all (Gemini wants the first, Bedrock and
 * OpenAI the rest; Anthropic takes twice as many). The same name always becomes the same, so that
 * prompt caches hold; answers are told with the client's names. Empty for most requests.
 */
final class ToolNames {

  private static final ToolNames NONE = new ToolNames(Map.of());
  private static final Pattern COMMON = Pattern.compile("[A-Za-z_][A-Za-z0-9_-]{0,63}");
  private static final Pattern STRANGE = Pattern.compile("[^A-Za-z0-9_-]");
  private static final int LONGEST_KEPT = 48;

  private final Map<String, String> sent;
  private final Map<String, String> received = new HashMap<>();

  private ToolNames(Map<String, String> sent) {
    this.sent = sent;
    sent.forEach((own, common) -> received.put(common, own));
  }

  /** The names in a request that need another. */
  static ToolNames of(ChatRequest request) {
    Set<String> strange = new HashSet<>();
    Set<String> taken = new HashSet<>();
    for (Tool tool : request.getToolsList()) {
      look(tool.getName(), strange, taken);
    }
    for (Message message : request.getMessagesList()) {
      for (ToolCall call : message.getToolCallsList()) {
        look(call.getName(), strange, taken);
      }
    }
    if (strange.isEmpty()) {
      return NONE;
    }
    Map<String, String> sent = new HashMap<>();
    for (String name : strange) {
      String common = common(name);
      while (!taken.add(common)) {
        common = common(common + name);
      }
      sent.put(name, common);
    }
    return new ToolNames(sent);
  }

  private static void look(String name, Set<String> strange, Set<String> taken) {
    if (COMMON.matcher(name).matches()) {
      taken.add(name);
    } else {
      strange.add(name);
    }
  }

  private static String common(String name) {
    CRC32C sum = new CRC32C();
    sum.update(name.getBytes(UTF_8));
    String kept = STRANGE.matcher(name).replaceAll("_");
    kept = kept.substring(0, Math.min(LONGEST_KEPT, kept.length()));
    if (kept.isEmpty() || !COMMON.matcher(kept).matches()) {
      kept = "_" + kept;
    }
    return kept + "_" + String.format("%08x", sum.getValue());
  }

  /** The request as the vendor sees it. */
  ChatRequest sent(ChatRequest request) {
    if (sent.isEmpty()) {
      return request;
    }
    ChatRequest.Builder builder = request.toBuilder();
    builder.getToolsBuilderList().forEach(tool -> tool.setName(sent(tool.getName())));
    if (builder.hasToolChoice() && builder.getToolChoice().hasToolName()) {
      builder.getToolChoiceBuilder().setToolName(sent(builder.getToolChoice().getToolName()));
    }
    for (Message.Builder message : builder.getMessagesBuilderList()) {
      message.getToolCallsBuilderList().forEach(call -> call.setName(sent(call.getName())));
    }
    return builder.build();
  }

  private String sent(String name) {
    return sent.getOrDefault(name, name);
  }

  /** A whole answer as the client sees it. */
  ChatResponse received(ChatResponse response) {
    if (sent.isEmpty()) {
      return response;
    }
    ChatResponse.Builder builder = response.toBuilder();
    for (Choice.Builder choice : builder.getChoicesBuilderList()) {
      choice
          .getMessageBuilder()
          .getToolCallsBuilderList()
          .forEach(call -> call.setName(received(call.getName())));
    }
    return builder.build();
  }

  /** A piece of an answer as the client sees it. */
  ChatDelta received(ChatDelta piece) {
    if (sent.isEmpty() || !piece.hasToolCall() || !piece.getToolCall().hasName()) {
      return piece;
    }
    ChatDelta.Builder builder = piece.toBuilder();
    builder.getToolCallBuilder().setName(received(piece.getToolCall().getName()));
    return builder.build();
  }

  private String received(String name) {
    return received.getOrDefault(name, name);
  }
}
