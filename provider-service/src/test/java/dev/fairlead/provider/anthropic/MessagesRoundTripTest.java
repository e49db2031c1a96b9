package dev.fairlead.provider.anthropic;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.fairlead.catalog.TokenUsage;
import dev.fairlead.provider.call.DroppedFields;
import dev.fairlead.provider.call.ModelCall;
import dev.fairlead.provider.call.RequestForm;
import dev.fairlead.provider.dialect.AnswerEncoder;
import dev.fairlead.provider.dialect.AnswerHead;
import dev.fairlead.provider.dialect.ClientDialect;
import dev.fairlead.provider.dialect.EventWriter;
import dev.fairlead.provider.dialect.RandomAnswers;
import dev.fairlead.provider.dialect.RandomRequests;
import dev.fairlead.provider.sse.SseFramer;
import dev.fairlead.provider.sse.SseSink;
import dev.fairlead.provider.testkit.TypedCalls;
import dev.fairlead.v1.ChatDelta;
import dev.fairlead.v1.ChatRequest;
import dev.fairlead.v1.ChatResponse;
import dev.fairlead.v1.ContentPart;
import dev.fairlead.v1.Dialect;
import dev.fairlead.v1.FinishReason;
import dev.fairlead.v1.Message;
import dev.fairlead.v1.Tool;
import dev.fairlead.v1.ToolCall;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What leaves as Messages means what came in, and what comes back as Messages is told as it is. */
class MessagesRoundTripTest {

  private static final int SEEDS = 2000;
  private static final ClientDialect MESSAGES =
      Objects.requireNonNull(ClientDialect.of(Dialect.DIALECT_ANTHROPIC_MESSAGES));

  @Test
  void j1_request_comesBackAsItWas() {
    for (int seed = 0; seed < SEEDS; seed++) {
      ChatRequest request = RandomRequests.of(seed, Dialect.DIALECT_ANTHROPIC_MESSAGES);
      ModelCall call = TypedCalls.call(request.getModel(), new RequestForm.Typed(request), false);
      ChatRequest back =
          MESSAGES
              .decode(MessagesRequestCodec.encode(request, call, new DroppedFields()))
              .request();
      assertThat(canonical(back)).as("seed " + seed).isEqualTo(canonical(request));
    }
  }

  /**
   * As Anthropic says it: turns of one side are one, JSON has no blanks, and what is the default is
   * not said.
   */
  private static ChatRequest canonical(ChatRequest request) {
    ChatRequest.Builder builder = request.toBuilder().clearMessages();
    for (Message message : request.getMessagesList()) {
      Message.Builder copy = message.toBuilder();
      for (ToolCall.Builder call : copy.getToolCallsBuilderList()) {
        call.setArgumentsJson(json(call.getArgumentsJson()));
      }
      int last = builder.getMessagesCount() - 1;
      if (last >= 0
          && message.getRole() == Message.Role.ROLE_USER
          && builder.getMessages(last).getRole() == Message.Role.ROLE_USER) {
        builder.getMessagesBuilder(last).addAllContent(message.getContentList());
      } else {
        builder.addMessages(copy);
      }
    }
    for (Tool.Builder tool : builder.getToolsBuilderList()) {
      String schema = json(tool.getParametersJsonSchema());
      tool.setParametersJsonSchema(schema.equals("{}") ? "{\"type\":\"object\"}" : schema);
      if (!tool.getStrict()) {
        tool.clearStrict();
      }
    }
    if (builder.getParallelToolCalls()) {
      builder.clearParallelToolCalls();
    }
    if (builder.getToolChoice().getMode().equals("none")) {
      builder.clearParallelToolCalls();
    }
    if (builder.hasResponseFormat()) {
      var schema = builder.getResponseFormatBuilder().getJsonSchemaBuilder();
      schema.setSchemaJson(json(schema.getSchemaJson()));
    }
    return builder.build();
  }

  private static String json(String text) {
    try {
      return TestJson.of(text).toString();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Numbers are compared as they are written. */
  private static final class TestJson {
    private static JsonNode of(String text) throws IOException {
      return JsonMapper.builder()
          .enable(com.fasterxml.jackson.databind.DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .disable(
              com.fasterxml.jackson.databind.cfg.JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
          .build()
          .readTree(text);
    }
  }

  @Test
  void j1_answer_comesBackAsItWas() throws IOException {
    for (int seed = 0; seed < SEEDS; seed++) {
      ChatResponse whole = RandomAnswers.whole(seed);
      byte[] body = encoder().body(whole, TokenUsage.of(3, 4)).toByteArray();
      ChatResponse back = MessageResponseCodec.decode(body, body.length);
      assertThat(said(back)).as("seed " + seed).isEqualTo(said(whole));
      assertThat(back.getChoices(0).getFinishReason())
          .isEqualTo(whole.getChoices(0).getFinishReason());
    }
  }

  @Test
  void f9_stream_comesBackAsItWas_argumentsByteForByte() {
    for (int seed = 0; seed < SEEDS; seed++) {
      ChatResponse whole = RandomAnswers.whole(seed);
      List<ChatDelta> back = back(RandomAnswers.pieces(whole, seed));
      StringBuilder text = new StringBuilder();
      StringBuilder thought = new StringBuilder();
      List<StringBuilder> arguments = new ArrayList<>();
      for (ChatDelta delta : back) {
        text.append(delta.getText());
        thought.append(delta.getReasoning());
        if (delta.hasToolCall()) {
          if (delta.getToolCall().hasName()) {
            arguments.add(new StringBuilder());
          }
          arguments
              .get(delta.getToolCall().getIndex())
              .append(delta.getToolCall().getArgumentsJson());
        }
      }
      Message message = whole.getChoices(0).getMessage();
      assertThat(text.toString()).as("seed " + seed).isEqualTo(words(message));
      assertThat(thought.toString()).isEqualTo(thoughts(message));
      assertThat(arguments)
          .extracting(StringBuilder::toString)
          .containsExactlyElementsOf(
              message.getToolCallsList().stream().map(ToolCall::getArgumentsJson).toList());
    }
  }

  private static List<ChatDelta> back(List<ChatDelta> pieces) {
    List<ChatDelta> back = new ArrayList<>();
    MessageDeltas deltas = new MessageDeltas();
    SseFramer framer =
        new SseFramer(
            new SseSink() {
              @Override
              public void onEvent(
                  byte[] raw, int rawFrom, int rawTo, byte[] data, int dataFrom, int dataTo) {
                back.addAll(deltas.of(data, dataFrom, dataTo));
              }

              @Override
              public void onDone() {}
            },
            1 << 20);
    EventWriter writer =
        new EventWriter(
            Dialect.DIALECT_ANTHROPIC_MESSAGES,
            events -> {
              byte[] sse = events.getSse().toByteArray();
              framer.feed(sse, 0, sse.length);
            });
    AnswerEncoder encoder = encoder();
    for (ChatDelta piece : pieces) {
      encoder.delta(piece, writer);
      writer.flush();
    }
    encoder.end(TokenUsage.of(3, 4), FinishReason.FINISH_REASON_STOP, writer);
    writer.flush();
    return back;
  }

  private static AnswerEncoder encoder() {
    return MESSAGES.encoder(new AnswerHead("up-1", 1_700_000_000, "abc"));
  }

  private static String said(ChatResponse response) {
    Message message = response.getChoices(0).getMessage();
    StringBuilder said = new StringBuilder(thoughts(message)).append('|').append(words(message));
    for (ToolCall call : message.getToolCallsList()) {
      said.append('|').append(call.getId()).append(call.getName());
      said.append(json(call.getArgumentsJson()));
    }
    return said.toString();
  }

  /** The dialect has no refusals apart from text. */
  private static String words(Message message) {
    StringBuilder words = new StringBuilder();
    for (ContentPart part : message.getContentList()) {
      words.append(part.getText()).append(part.getRefusal());
    }
    return words.toString();
  }

  private static String thoughts(Message message) {
    StringBuilder thoughts = new StringBuilder();
    message.getContentList().forEach(part -> thoughts.append(part.getReasoning().getText()));
    return thoughts.toString();
  }
}
