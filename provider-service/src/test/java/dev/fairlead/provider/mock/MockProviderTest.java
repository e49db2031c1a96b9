package dev.fairlead.provider.mock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.protobuf.ByteString;
import dev.fairlead.provider.ProviderContract;
import dev.fairlead.provider.call.AnswerPart;
import dev.fairlead.provider.call.ModelProvider;
import dev.fairlead.provider.call.RequestForm;
import dev.fairlead.provider.call.UpstreamFailure;
import dev.fairlead.provider.resilience.TimeSource;
import dev.fairlead.provider.testkit.RecordedAnswer;
import dev.fairlead.provider.testkit.Spans;
import dev.fairlead.v1.AttemptResult;
import dev.fairlead.v1.Dialect;
import dev.fairlead.v1.FinishReason;
import dev.fairlead.v1.RawRequest;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class MockProviderTest extends ProviderContract {

  private final ModelProvider provider =
      new MockProvider(new MockConfig(300.0, 310.0, null, 0, 1, null), TimeSource.system());

  @Override
  protected ModelProvider provider() {
    return provider;
  }

  @Override
  protected String upstream() {
    return "anything";
  }

  @Override
  protected String toolUpstream() {
    return "anything";
  }

  @Override
  protected String endlessUpstream() {
    return "anything";
  }

  @Override
  protected boolean vendorSawCancellation() {
    return true;
  }

  @Test
  void text_isTheSame_forTheSameSeedAndPrompt() {
    String first = run("m", raw("what is a fairlead?"), false).completion().text();
    assertThat(run("m", raw("what is a fairlead?"), true).completion().text()).isEqualTo(first);
    assertThat(run("m", raw("something else"), false).completion().text()).isNotEqualTo(first);
    assertThat(first).contains("what is a fairlead?");
  }

  @Test
  void latency_hasTheConfiguredMeanAndP95() {
    MockLatency latency = MockLatency.of(40, 120.0);
    SplittableRandom random = new SplittableRandom(7);
    double[] millis = new double[200_000];
    Arrays.setAll(millis, i -> latency.draw(random).toNanos() / 1e6);
    Arrays.sort(millis);
    assertThat(Arrays.stream(millis).average().orElseThrow()).isCloseTo(40, within(1.0));
    assertThat(millis[190_000]).isCloseTo(120, within(3.0));
  }

  @Test
  void latency_isConstant_whenP95IsNotAboveTheMean() {
    assertThat(MockLatency.of(50, 50.0).draw(new SplittableRandom(1)).toMillis())
        .isBetween(49L, 50L);
  }

  @Test
  void errors_comeAtTheConfiguredRate() {
    ModelProvider failing =
        new MockProvider(new MockConfig(0.0, 0.0, null, 0.3, 1, null), TimeSource.system());
    int failed = 0;
    for (int i = 0; i < 300; i++) {
      RecordedAnswer answer = new RecordedAnswer();
      failing.open(call("m", raw("hello"), false), answer);
      failed += answer.await().parts().isEmpty() ? 1 : 0;
    }
    assertThat(failed).isBetween(60, 120);
  }

  @Test
  void answer_isCut_whenMaxTokensIsSmall() {
    String json =
        "{\"model\":\"m\",\"max_tokens\":5,\"messages\":[{\"role\":\"user\",\"content\":\"tell me a"
            + " long story\"}]}";
    RecordedAnswer answer =
        run("m", new RequestForm.Raw(Spans.raw(Dialect.DIALECT_OPENAI_CHAT, json)), false);
    assertThat(answer.completion().usage().completionTokens()).isEqualTo(5);
    assertThat(answer.completion().finishReason()).isEqualTo(FinishReason.FINISH_REASON_LENGTH);
  }

  @Test
  void refusal_leavesTheRequestToOtherModels() {
    RawRequest half =
        RawRequest.newBuilder()
            .setDialect(Dialect.DIALECT_OPENAI_CHAT)
            .setBody(ByteString.copyFromUtf8("{\"n\":"))
            .build();
    RecordedAnswer answer = run("m", new RequestForm.Raw(half), false);
    assertThat(answer.failure().next()).isEqualTo(UpstreamFailure.Next.OTHER_MODEL);
    assertThat(answer.failure().result()).isEqualTo(AttemptResult.ATTEMPT_RESULT_REJECTED);
  }

  @Test
  void answer_followsTheSchema_whenOneIsGiven() {
    String json =
        "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],"
            + "\"response_format\":{\"type\":\"json_schema\","
            + "\"json_schema\":{\"name\":\"n\",\"schema\":{\"type\":\"object\",\"properties\":{"
            + "\"age\":{\"type\":\"integer\"},"
            + "\"tags\":{\"type\":\"array\",\"items\":{\"enum\":[\"a\",\"b\"]}}}}}}}";
    RecordedAnswer answer =
        run("m", new RequestForm.Raw(Spans.raw(Dialect.DIALECT_OPENAI_CHAT, json)), false);
    assertThat(answer.completion().text()).matches("\\{\"age\":\\d+,\"tags\":\\[\"a\"]}");
    assertThat(answer.parts().getFirst()).isInstanceOf(AnswerPart.Body.class);
  }

  @Test
  void longerAnswers_takeLonger_whenASpeedIsConfigured() {
    ModelProvider paced =
        new MockProvider(new MockConfig(1.0, 1.0, 100.0, 0, 1, null), TimeSource.system());
    for (boolean streamed : new boolean[] {false, true}) {
      long start = System.nanoTime();
      RecordedAnswer answer = new RecordedAnswer();
      paced.open(call("m", raw("how long?"), streamed), answer);
      answer.await();
      double seconds = (System.nanoTime() - start) / 1e9;
      assertThat(seconds).isGreaterThan(answer.completion().usage().completionTokens() / 101.0);
    }
  }
}
