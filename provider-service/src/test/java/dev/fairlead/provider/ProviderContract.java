package dev.fairlead.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.catalog.ModelSpec;
import dev.fairlead.provider.call.AnswerPart;
import dev.fairlead.provider.call.Exchange;
import dev.fairlead.provider.call.ModelCall;
import dev.fairlead.provider.call.ModelProvider;
import dev.fairlead.provider.call.RequestForm;
import dev.fairlead.provider.call.UpstreamFailure;
import dev.fairlead.provider.testkit.RecordedAnswer;
import dev.fairlead.provider.testkit.Spans;
import dev.fairlead.v1.AttemptResult;
import dev.fairlead.v1.ChatDelta;
import dev.fairlead.v1.ChatRequest;
import dev.fairlead.v1.ContentPart;
import dev.fairlead.v1.Dialect;
import dev.fairlead.v1.FinishReason;
import dev.fairlead.v1.Message;
import dev.fairlead.v1.RawEvents;
import dev.fairlead.v1.RawRequest;
import dev.fairlead.v1.Tool;
import dev.fairlead.v1.ToolChoice;
import io.opentelemetry.context.Context;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * What every adapter must do, whatever its vendor. An adapter's test extends it and says how to
 * reach its vendor.
 */
public abstract class ProviderContract {

  /** An adapter whose vendor behaves. */
  protected abstract ModelProvider provider();

  /** The vendor's name of a model that answers in full. */
  protected abstract String upstream();

  /** The vendor's name of a model that calls a tool when it must. */
  protected abstract String toolUpstream();

  /** The vendor's name of a model that takes long to end a stream. */
  protected abstract String endlessUpstream();

  /**
   * Whether the vendor has noticed that the latest call was given up; true where there is no
   * vendor.
   */
  protected abstract boolean vendorSawCancellation();

  protected static ModelCall call(String upstream, RequestForm form, boolean streamed) {
    ModelSpec model = new ModelSpec("m", "p", upstream, null, null, 0, 0, Set.of());
    return new ModelCall(
        model, form, streamed, 0, Map.of(), Duration.ofMinutes(1), false, Context.root());
  }

  /** A raw request in a dialect that the adapter passes through. */
  protected RequestForm raw(String prompt) {
    if (provider().capabilities().dialects().contains(Dialect.DIALECT_ANTHROPIC_MESSAGES)) {
      return new RequestForm.Raw(
          Spans.raw(
              Dialect.DIALECT_ANTHROPIC_MESSAGES,
              "{\"model\":\"auto\",\"max_tokens\":64,\"messages\":[{\"role\":\"user\",\"content\":\""
                  + prompt
                  + "\"}]}"));
    }
    return new RequestForm.Raw(Spans.chat(prompt));
  }

  /** A request as the adapter likes it best: raw where it passes any dialect through. */
  protected RequestForm asPassed(String prompt) {
    return passesAny() ? raw(prompt) : new RequestForm.Typed(typedRequest(prompt));
  }

  protected boolean passesAny() {
    return !provider().capabilities().dialects().isEmpty();
  }

  private boolean passes(Dialect dialect) {
    return provider().capabilities().dialects().contains(dialect);
  }

  protected static ChatRequest typedRequest(String prompt) {
    return ChatRequest.newBuilder()
        .addMessages(
            Message.newBuilder()
                .setRole(Message.Role.ROLE_USER)
                .addContent(ContentPart.newBuilder().setText(prompt)))
        .build();
  }

  protected RecordedAnswer run(String upstream, RequestForm form, boolean streamed) {
    RecordedAnswer answer = new RecordedAnswer();
    provider().open(call(upstream, form, streamed), answer);
    return answer.await();
  }

  @Test
  void complete_givesOneBodyAndUsage_inTheFormThatIsPassed() {
    RecordedAnswer answer = run(upstream(), raw("hello"), false);
    if (!passesAny()) {
      assertRejected(answer);
      answer = run(upstream(), asPassed("hello"), false);
    }
    Class<?> part = passesAny() ? AnswerPart.Body.class : AnswerPart.Response.class;
    assertThat(answer.parts()).hasSize(1).allMatch(part::isInstance);
    assertThat(answer.completion().finishReason()).isEqualTo(FinishReason.FINISH_REASON_STOP);
    assertThat(answer.completion().usage().promptTokens()).isPositive();
    assertThat(answer.completion().usage().completionTokens()).isPositive();
    assertThat(answer.completion().text()).isNotEmpty();
    assertThat(answer.endedOnce()).isTrue();
  }

  private static void assertRejected(RecordedAnswer answer) {
    assertThat(answer.failure().result()).isEqualTo(AttemptResult.ATTEMPT_RESULT_REJECTED);
    assertThat(answer.endedOnce()).isTrue();
  }

  @Test
  void complete_givesTypedAnswer_whenTyped() {
    RecordedAnswer answer = run(upstream(), new RequestForm.Typed(typedRequest("hello")), false);
    AnswerPart.Response response = (AnswerPart.Response) answer.parts().getFirst();
    assertThat(response.response().getChoices(0).getMessage().getContent(0).getText())
        .isEqualTo(answer.completion().text());
  }

  @Test
  void stream_endsWithUsageOnce_whenRaw() {
    RecordedAnswer answer = run(upstream(), raw("hello"), true);
    if (!passesAny()) {
      assertRejected(answer);
      return;
    }
    List<RawEvents> events = answer.events();
    if (passes(Dialect.DIALECT_OPENAI_CHAT)) {
      assertThat(events).filteredOn(e -> e.getKind() == RawEvents.Kind.KIND_USAGE).hasSize(1);
      assertThat(events.getLast().getKind()).isEqualTo(RawEvents.Kind.KIND_USAGE);
    } else {
      assertThat(events).noneMatch(e -> e.getKind() == RawEvents.Kind.KIND_USAGE);
      assertThat(answer.sse()).contains("\"usage\"").doesNotContain("message_stop");
    }
    assertThat(events)
        .anyMatch(e -> e.getKind() == RawEvents.Kind.KIND_CONTENT && e.getContentEvents() > 0);
    assertThat(events).allMatch(e -> e.getSse().toStringUtf8().endsWith("\n\n"));
    assertThat(answer.sse()).doesNotContain("[DONE]").doesNotContain("\n\n\n");
    assertThat(answer.completion().usage().estimated()).isFalse();
    assertThat(answer.endedOnce()).isTrue();
  }

  @Test
  void stream_textEqualsCompletionsText_whenRawAndTyped() {
    if (passesAny()) {
      RecordedAnswer raw = run(upstream(), raw("hello"), true);
      String contents =
          Pattern.compile("\"(?:content|text)\":\"((?:[^\"\\\\]|\\\\.)*)\"")
              .matcher(raw.sse())
              .results()
              .map(match -> match.group(1).replace("\\\"", "\""))
              .collect(Collectors.joining());
      assertThat(contents).isEqualTo(raw.completion().text());
    }

    RecordedAnswer typed = run(upstream(), new RequestForm.Typed(typedRequest("hello")), true);
    String pieces = typed.deltas().stream().map(ChatDelta::getText).collect(Collectors.joining());
    assertThat(pieces).isEqualTo(typed.completion().text());
    assertThat(typed.deltas().getLast().getFinishReason())
        .isEqualTo(FinishReason.FINISH_REASON_STOP);
  }

  @Test
  void stream_givesToolCallPieces_whenAToolMustBeCalled() {
    ChatRequest request =
        typedRequest("weather in Oslo?").toBuilder()
            .addTools(
                Tool.newBuilder()
                    .setName("weather")
                    .setParametersJsonSchema("{\"type\":\"object\"}"))
            .setToolChoice(ToolChoice.newBuilder().setToolName("weather"))
            .build();
    RecordedAnswer answer = run(toolUpstream(), new RequestForm.Typed(request), true);
    if (!provider().capabilities().toolCalls()) {
      assertRejected(answer);
      return;
    }
    List<ChatDelta> calls = answer.deltas().stream().filter(ChatDelta::hasToolCall).toList();
    assertThat(calls.getFirst().getToolCall().getName()).isEqualTo("weather");
    assertThat(calls.getFirst().getToolCall().getId()).isNotEmpty();
    assertThat(calls.stream().skip(1)).noneMatch(piece -> piece.getToolCall().hasId());
    String arguments =
        calls.stream().map(c -> c.getToolCall().getArgumentsJson()).collect(Collectors.joining());
    assertThat(arguments).startsWith("{").endsWith("}");
    assertThat(answer.completion().finishReason()).isEqualTo(FinishReason.FINISH_REASON_TOOL_CALLS);
  }

  @Test
  void legacyCompletions_answerInTheirOwnDialectOrAreRefused_whenRaw() {
    RawRequest request =
        Spans.raw(
            Dialect.DIALECT_OPENAI_COMPLETIONS, "{\"model\":\"auto\",\"prompt\":\"Say hello\"}");
    RecordedAnswer whole = run(upstream(), new RequestForm.Raw(request), false);
    if (!passes(Dialect.DIALECT_OPENAI_COMPLETIONS)) {
      assertRejected(whole);
      return;
    }
    assertThat(((AnswerPart.Body) whole.parts().getFirst()).answer().getDialect())
        .isEqualTo(Dialect.DIALECT_OPENAI_COMPLETIONS);
    RecordedAnswer streamed = run(upstream(), new RequestForm.Raw(request), true);
    assertThat(streamed.sse()).contains("\"text\":").doesNotContain("delta");
    assertThat(streamed.completion().text()).isNotEmpty();
  }

  @Test
  void cancellation_endsTheCallOnce_whenTheStreamIsUnderWay() {
    // A model in this process may be done before anybody cancels; it waits for its reader.
    RecordedAnswer answer = new RecordedAnswer().onlyOne();
    Exchange exchange = provider().open(call(endlessUpstream(), asPassed("go on"), true), answer);
    await().pollInterval(Duration.ofMillis(5)).until(() -> !answer.parts().isEmpty());
    exchange.cancel(UpstreamFailure.cancelled());
    answer.await();
    assertThat(answer.failure().result()).isEqualTo(AttemptResult.ATTEMPT_RESULT_CANCELLED);
    await().atMost(Duration.ofSeconds(10)).until(this::vendorSawCancellation);
    exchange.cancel(UpstreamFailure.cancelled());
    exchange.resume();
    assertThat(answer.endedOnce()).isTrue();
  }

  @Test
  void backPressure_stopsTheStream_whileTheListenerIsNotReady() {
    RecordedAnswer answer = new RecordedAnswer();
    answer.ready(false);
    Exchange exchange = provider().open(call(upstream(), asPassed("hello"), true), answer);
    await()
        .during(Duration.ofMillis(100))
        .atMost(Duration.ofSeconds(5))
        .until(() -> !answer.ended());
    answer.ready(true);
    exchange.resume();
    assertThat(answer.await().completion().text()).isNotEmpty();
  }
}
