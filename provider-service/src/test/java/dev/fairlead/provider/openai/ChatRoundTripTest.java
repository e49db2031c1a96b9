package dev.fairlead.provider.openai;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.provider.call.DroppedFields;
import dev.fairlead.provider.call.ModelCall;
import dev.fairlead.provider.call.RequestForm;
import dev.fairlead.provider.dialect.ClientDialect;
import dev.fairlead.provider.dialect.RandomRequests;
import dev.fairlead.provider.testkit.TypedCalls;
import dev.fairlead.v1.ChatRequest;
import dev.fairlead.v1.ContentPart;
import dev.fairlead.v1.Dialect;
import dev.fairlead.v1.Image;
import dev.fairlead.v1.Message;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What leaves as OpenAI's chat means what came in, in whatever dialect it came. */
class ChatRoundTripTest {

  private static ChatRequest sentAndRead(ChatRequest request) {
    ModelCall call = TypedCalls.call(request.getModel(), new RequestForm.Typed(request), false);
    byte[] sent = ChatRequestCodec.encode(request, call, Quirks.OPENAI, new DroppedFields());
    return Objects.requireNonNull(ClientDialect.of(Dialect.DIALECT_OPENAI_CHAT))
        .decode(sent)
        .request();
  }

  @Test
  void j1_chat_comesBackAsItWas() {
    for (int seed = 0; seed < 2000; seed++) {
      ChatRequest request = RandomRequests.of(seed, Dialect.DIALECT_OPENAI_CHAT);
      assertThat(sentAndRead(request)).as("seed " + seed).isEqualTo(request);
    }
  }

  @Test
  void j1_responses_comeBackWithoutTheirReasoning() {
    for (int seed = 0; seed < 2000; seed++) {
      ChatRequest request = RandomRequests.of(seed, Dialect.DIALECT_OPENAI_RESPONSES);
      assertThat(sentAndRead(request)).as("seed " + seed).isEqualTo(withoutReasoning(request));
    }
  }

  private static ChatRequest withoutReasoning(ChatRequest request) {
    ChatRequest.Builder builder = request.toBuilder();
    for (Message.Builder message : builder.getMessagesBuilderList()) {
      var kept = message.getContentList().stream().filter(part -> !part.hasReasoning()).toList();
      message.clearContent().addAllContent(kept);
    }
    return builder.build();
  }

  @Test
  void imagesOfToolResults_followAllResultsAsAUsersTurn() {
    Message.Builder result =
        Message.newBuilder()
            .setRole(Message.Role.ROLE_TOOL)
            .setToolCallId("1")
            .addContent(ContentPart.newBuilder().setText("see"))
            .addContent(
                ContentPart.newBuilder().setImage(Image.newBuilder().setUrl("https://x/y.png")));
    ChatRequest request =
        ChatRequest.newBuilder()
            .addMessages(result)
            .addMessages(result.clone().setToolCallId("2"))
            .addMessages(TypedCalls.message(Message.Role.ROLE_ASSISTANT, "ok"))
            .build();
    ChatRequest sent = sentAndRead(request);
    assertThat(sent.getMessagesList())
        .extracting(Message::getRole)
        .containsExactly(
            Message.Role.ROLE_TOOL,
            Message.Role.ROLE_TOOL,
            Message.Role.ROLE_USER,
            Message.Role.ROLE_ASSISTANT);
    assertThat(sent.getMessages(2).getContentCount()).isEqualTo(2);
    assertThat(sent.getMessages(0).getContent(0).getText()).isEqualTo("see");
  }

  @Test
  void turnThatWasOnlyThought_isAnEmptyText() {
    ChatRequest request =
        ChatRequest.newBuilder()
            .addMessages(
                Message.newBuilder()
                    .setRole(Message.Role.ROLE_ASSISTANT)
                    .addContent(
                        ContentPart.newBuilder()
                            .setReasoning(dev.fairlead.v1.Reasoning.newBuilder().setText("hm"))))
            .build();
    ModelCall call = TypedCalls.call("m", new RequestForm.Typed(request), false);
    assertThat(
            new String(
                ChatRequestCodec.encode(request, call, Quirks.OPENAI, new DroppedFields()), UTF_8))
        .contains("{\"role\":\"assistant\",\"content\":\"\"}");
  }
}
