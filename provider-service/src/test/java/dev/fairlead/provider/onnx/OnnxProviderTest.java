package dev.fairlead.provider.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.catalog.ModelSpec;
import dev.fairlead.common.config.ConfigException;
import dev.fairlead.common.config.ConfigSource;
import dev.fairlead.common.failure.Failure;
import dev.fairlead.common.rpc.LocalServer;
import dev.fairlead.onnx.decoder.TextDecoder;
import dev.fairlead.provider.ProviderContract;
import dev.fairlead.provider.ProviderNode;
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
import dev.fairlead.v1.Choice;
import dev.fairlead.v1.ContentPart;
import dev.fairlead.v1.FinishReason;
import dev.fairlead.v1.GenerationCall;
import dev.fairlead.v1.Image;
import dev.fairlead.v1.Message;
import dev.fairlead.v1.ProviderServiceGenerateRequest;
import dev.fairlead.v1.ProviderServiceGenerateResponse;
import dev.fairlead.v1.ProviderServiceGrpc;
import dev.fairlead.v1.Tool;
import io.grpc.Channel;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.context.Context;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The adapter with the decoder that is shipped. */
class OnnxProviderTest extends ProviderContract {

  private static final String ANSWER = "The capital of Norway is Oslo.";

  @TempDir private Path folder;
  private final OnnxProvider provider = new OnnxProvider(TextDecoder.shipped(), 4, 8);

  @AfterEach
  void close() {
    provider.close();
  }

  @Override
  protected ModelProvider provider() {
    return provider;
  }

  @Override
  protected String upstream() {
    return "m";
  }

  @Override
  protected String toolUpstream() {
    return "m";
  }

  @Override
  protected String endlessUpstream() {
    return "m";
  }

  @Override
  protected boolean vendorSawCancellation() {
    return true;
  }

  private static ChatRequest.Builder request(String prompt) {
    return ChatRequest.newBuilder()
        .addMessages(
            Message.newBuilder()
                .setRole(Message.Role.ROLE_USER)
                .addContent(ContentPart.newBuilder().setText(prompt)));
  }

  private static ModelCall call(RequestForm form, boolean streamed, int bound) {
    ModelSpec model = new ModelSpec("m", "p", "m", null, null, 0, 0, Set.of());
    return new ModelCall(
        model, form, streamed, bound, Map.of(), Duration.ofMinutes(1), false, Context.root());
  }

  private RecordedAnswer run(ChatRequest request, boolean streamed) {
    RecordedAnswer answer = new RecordedAnswer();
    provider.open(call(new RequestForm.Typed(request), streamed, 0), answer);
    return answer.await();
  }

  @Test
  void wholeAnswer_hasTextUsageAndReason() {
    RecordedAnswer answer = run(request("What is the capital of Norway?").build(), false);

    AnswerPart.Response response = (AnswerPart.Response) answer.parts().getFirst();
    assertThat(response.response().getChoices(0).getMessage().getContent(0).getText())
        .isEqualTo(ANSWER);
    assertThat(answer.completion().text()).isEqualTo(ANSWER);
    assertThat(answer.completion().finishReason()).isEqualTo(FinishReason.FINISH_REASON_STOP);
    assertThat(answer.completion().usage().estimated()).isFalse();
    assertThat(answer.completion().usage().promptTokens()).isBetween(10L, 30L);
    assertThat(answer.completion().usage().completionTokens()).isBetween(5L, 20L);
    assertThat(answer.endedOnce()).isTrue();
  }

  @Test
  void stream_comesInPieces_andEndsWithItsReason() {
    RecordedAnswer answer = run(request("What is the capital of Norway?").build(), true);

    assertThat(answer.deltas().stream().map(ChatDelta::getText).collect(Collectors.joining()))
        .isEqualTo(ANSWER);
    assertThat(answer.deltas()).hasSizeGreaterThan(4);
    assertThat(answer.deltas().getLast().getFinishReason())
        .isEqualTo(FinishReason.FINISH_REASON_STOP);
  }

  @Test
  void choices_areEachComplete_whenSeveralAreAskedFor() {
    RecordedAnswer answer =
        run(request("Hi").setChoiceCount(3).setTemperature(1).setSeed(4).build(), true);

    for (int choice = 0; choice < 3; choice++) {
      int index = choice;
      assertThat(answer.deltas())
          .filteredOn(delta -> delta.getChoiceIndex() == index)
          .last()
          .matches(delta -> delta.getFinishReason() == FinishReason.FINISH_REASON_STOP);
    }
    assertThat(answer.endedOnce()).isTrue();
  }

  @Test
  void answer_isCut_atTheBound() {
    RecordedAnswer answer = new RecordedAnswer();
    RequestForm form = new RequestForm.Typed(request("What is Fairlead?").build());
    provider.open(call(form, false, 3), answer);

    assertThat(answer.await().completion().usage().completionTokens()).isEqualTo(3);
    assertThat(answer.completion().finishReason()).isEqualTo(FinishReason.FINISH_REASON_LENGTH);
  }

  @Test
  void answer_endsBeforeAStopText_whichMayComeInPieces() {
    ChatRequest request =
        request("What is the capital of Norway?").addStop("never").addStop("Norway is O").build();
    for (boolean streamed : new boolean[] {false, true}) {
      RecordedAnswer answer = run(request, streamed);

      assertThat(answer.completion().text()).isEqualTo("The capital of ");
      assertThat(answer.completion().finishReason()).isEqualTo(FinishReason.FINISH_REASON_STOP);
      assertThat(stopSequence(answer, streamed)).isEqualTo("Norway is O");
    }
  }

  @Test
  void noStopText_isNamed_whenTheAnswerEndsByItself() {
    ChatRequest request = request("What is the capital of Norway?").addStop("never").build();
    for (boolean streamed : new boolean[] {false, true}) {
      assertThat(stopSequence(run(request, streamed), streamed)).isEqualTo("none");
    }
  }

  private static String stopSequence(RecordedAnswer answer, boolean streamed) {
    if (streamed) {
      ChatDelta end = answer.deltas().getLast();
      return end.hasStopSequence() ? end.getStopSequence() : "none";
    }
    AnswerPart.Response whole = (AnswerPart.Response) answer.parts().getFirst();
    Choice choice = whole.response().getChoices(0);
    return choice.hasStopSequence() ? choice.getStopSequence() : "none";
  }

  @Test
  void sampling_isThatOfTheRequest() {
    ChatRequest.Builder greedy = request("What is the capital of Norway?").setTemperature(0);
    ChatRequest.Builder wild = request("Tell me a story").setTemperature(2).setMaxOutputTokens(30);

    assertThat(text(greedy)).isEqualTo(ANSWER);
    assertThat(text(greedy.clone().setTemperature(2).setTopK(1))).isEqualTo(ANSWER);
    assertThat(text(greedy.clone().setTemperature(2).setTopP(1e-6))).isEqualTo(ANSWER);
    assertThat(text(greedy.clone().setTemperature(2).setTopP(0))).isEqualTo(ANSWER);
    assertThat(text(wild.clone().setSeed(3))).isEqualTo(text(wild.clone().setSeed(3)));
    assertThat(text(wild.clone().setSeed(3))).isNotEqualTo(text(wild.clone().setSeed(4)));
  }

  private String text(ChatRequest.Builder request) {
    return run(request.build(), false).completion().text();
  }

  @Test
  void answersTogether_areThoseOfEachAlone() {
    List<String> questions =
        List.of("Hi", "Where is Oslo?", "What is 3 plus 4?", "What is a token?", "Who are you?");
    List<String> alone = questions.stream().map(question -> text(request(question))).toList();
    List<RecordedAnswer> together = new ArrayList<>();
    for (String question : questions) {
      together.add(new RecordedAnswer());
      RequestForm form = new RequestForm.Typed(request(question).build());
      provider.open(call(form, true, 0), together.getLast());
    }

    assertThat(together.stream().map(answer -> answer.await().completion().text()).toList())
        .isEqualTo(alone)
        .doesNotHaveDuplicates();
  }

  @Test
  void cancelledAnswers_giveTheirPlacesBack() {
    OnnxProvider small = new OnnxProvider(TextDecoder.shipped(), 1, 1);
    RequestForm form = new RequestForm.Typed(request("What is Fairlead?").build());
    for (int round = 0; round < 20; round++) {
      RecordedAnswer answer = new RecordedAnswer();
      Exchange exchange = small.open(call(form, true, 0), answer);
      exchange.cancel(UpstreamFailure.cancelled());
      assertThat(answer.await().failure().result())
          .isEqualTo(AttemptResult.ATTEMPT_RESULT_CANCELLED);
    }
    RecordedAnswer last = new RecordedAnswer();
    small.open(call(form, false, 0), last);

    assertThat(last.await().completion().text()).startsWith("Fairlead is a gateway");
    small.close();
  }

  @Test
  void pieces_wait_whileTheListenerIsNotReady() {
    RecordedAnswer answer = new RecordedAnswer();
    answer.ready(false);
    RequestForm form = new RequestForm.Typed(request("What is the capital of Norway?").build());
    Exchange exchange = provider.open(call(form, true, 0), answer);
    assertThat(run(request("Hi").build(), false).completion().text()).startsWith("Hello!");
    assertThat(answer.parts()).isEmpty();
    answer.ready(true);
    exchange.resume();

    assertThat(answer.await().completion().text()).isEqualTo(ANSWER);
  }

  @Test
  void cancellation_endsOnce_withWhatWasSpent() {
    RecordedAnswer answer = new RecordedAnswer();
    answer.ready(false);
    RequestForm form = new RequestForm.Typed(request("What is Fairlead?").build());
    Exchange exchange = provider.open(call(form, true, 0), answer);
    exchange.cancel(UpstreamFailure.cancelled());
    exchange.cancel(UpstreamFailure.cancelled());

    assertThat(answer.await().failure().result()).isEqualTo(AttemptResult.ATTEMPT_RESULT_CANCELLED);
    assertThat(answer.failure().usage()).isNotNull();
    assertThat(run(request("Hi").build(), false).completion().text()).startsWith("Hello!");
    assertThat(answer.endedOnce()).isTrue();
  }

  @Test
  void calls_areShed_whenTheQueueIsFull() {
    OnnxProvider small = new OnnxProvider(TextDecoder.shipped(), 1, 1);
    List<RecordedAnswer> answers = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      answers.add(new RecordedAnswer());
      RequestForm form = new RequestForm.Typed(request("What is Fairlead?").build());
      small.open(call(form, false, 0), answers.getLast());
    }
    answers.forEach(RecordedAnswer::await);
    small.close();

    List<RecordedAnswer> shed = answers.stream().filter(a -> a.parts().isEmpty()).toList();
    assertThat(shed).isNotEmpty().hasSizeLessThan(20);
    assertThat(shed).allMatch(answer -> answer.failure().failure() instanceof Failure.Overloaded);
  }

  @Test
  void requests_areRefusedByField_whenTheDecoderCannotServeThem() {
    Tool tool = Tool.newBuilder().setName("weather").build();
    assertParam(request("x").addTools(tool), "tools");
    assertParam(request("x").setLogprobs(true), "logprobs");
    assertParam(request("word ".repeat(400)), "messages");
    assertParam(request("x").setTemperature(-1), "temperature");
    assertParam(ChatRequest.newBuilder(), "messages");
    assertParam(
        request("x")
            .addMessages(
                Message.newBuilder()
                    .setRole(Message.Role.ROLE_USER)
                    .addContent(
                        ContentPart.newBuilder().setImage(Image.newBuilder().setUrl("data:,")))),
        "messages[1].content[0].image");
  }

  private void assertParam(ChatRequest.Builder request, String param) {
    RecordedAnswer answer = run(request.build(), false);
    assertThat(answer.failure().failure())
        .isInstanceOfSatisfying(
            Failure.InvalidRequest.class, failure -> assertThat(failure.param()).isEqualTo(param));
  }

  @Test
  void rawRequests_areRefused() {
    RecordedAnswer answer = new RecordedAnswer();
    provider.open(call(new RequestForm.Raw(Spans.chat("hello")), false, 0), answer);
    assertThat(answer.await().failure().result()).isEqualTo(AttemptResult.ATTEMPT_RESULT_REJECTED);
  }

  @Test
  void configuration_isRefused_whenThereIsNoModel() {
    OnnxConfig config = new OnnxConfig(folder.toString(), "", 1, 2, 2);
    assertThatThrownBy(() -> OnnxProvider.load("local", config))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("providers.local.model_path")
        .hasMessageContaining("model.onnx");
  }

  @Test
  void configuration_isRefused_whenTheModelIsAnotherOrDamaged() throws IOException {
    OnnxConfig other = new OnnxConfig(OnnxConfig.SHIPPED, "0".repeat(64), 1, 2, 2);
    assertThatThrownBy(() -> OnnxProvider.load("local", other))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("providers.local.model_path")
        .hasMessageContaining("SHA-256");
    Files.writeString(folder.resolve("model.onnx"), "<html>not a model</html>");
    OnnxConfig damaged = new OnnxConfig(folder.toString(), "", 1, 2, 2);
    assertThatThrownBy(() -> OnnxProvider.load("local", damaged))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("expected: an intact model");
  }

  @Test
  void service_answersFromTheLocalModel_whenTheEnvironmentNamesIt() throws Exception {
    Path file = Files.writeString(folder.resolve("fairlead.yaml"), "provider: { port: 0 }\n");
    ProviderNode node =
        ProviderNode.start(
            ConfigSource.load(file, Map.of("LOCAL_MODEL_PATH", "shipped")),
            new SimpleMeterRegistry(),
            OpenTelemetry.noop().getTracer("test"));
    try (LocalServer server = LocalServer.of(node.services(), List.of())) {
      Channel channel = server.channel(List.of());
      ProviderServiceGenerateResponse response =
          ProviderServiceGrpc.newBlockingStub(channel)
              .generate(
                  ProviderServiceGenerateRequest.newBuilder()
                      .setCall(
                          GenerationCall.newBuilder()
                              .addModelIds("fairlead-decoder")
                              .setChat(request("What is the capital of Norway?")))
                      .build());

      assertThat(response.toString()).contains(ANSWER);
    } finally {
      node.close();
    }
  }
}
