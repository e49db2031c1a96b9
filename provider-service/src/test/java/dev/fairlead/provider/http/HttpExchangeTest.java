package dev.fairlead.provider.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.linecorp.armeria.client.ClientFactory;
import com.linecorp.armeria.common.ResponseHeaders;
import dev.fairlead.catalog.ModelSpec;
import dev.fairlead.catalog.TokenUsage;
import dev.fairlead.provider.call.Completion;
import dev.fairlead.provider.call.ModelCall;
import dev.fairlead.provider.call.RequestForm;
import dev.fairlead.provider.call.UpstreamFailure;
import dev.fairlead.provider.resilience.LimitSettings;
import dev.fairlead.provider.testkit.RawUpstream;
import dev.fairlead.provider.testkit.RawUpstream.Answer;
import dev.fairlead.provider.testkit.RecordedAnswer;
import dev.fairlead.provider.testkit.Spans;
import dev.fairlead.v1.AttemptResult;
import io.opentelemetry.context.Context;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HttpExchangeTest {

  private static final ModelCall CALL =
      new ModelCall(
          new ModelSpec("m", "p", "m", null, null, 0, 0, Set.of()),
          new RequestForm.Raw(Spans.chat("hi")),
          true,
          0,
          Map.of(),
          Duration.ofMinutes(1),
          false,
          Context.root());

  private static UpstreamFailure failure(Answer answer) {
    RecordedAnswer told = new RecordedAnswer();
    try (RawUpstream vendor = RawUpstream.start(request -> answer);
        ClientFactory factory = ClientFactory.builder().build()) {
      VendorClient client =
          new VendorClient(
              vendor.baseUrl(),
              HttpProtocol.AUTO,
              new VendorFailures("lab", ""),
              VisibleHeaders.NONE,
              new LimitSettings(10, 1 << 20, 1 << 20),
              factory);
      client.send(client.post("/").build(), new byte[] {'1'}, CALL, told, new Uncountable());
      assertThat(told.await().endedOnce()).isTrue();
      return told.failure();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"end", "fail"})
  void answerWhoseTokensCannotBeCounted_endsTheCall(String event) {
    UpstreamFailure failure = failure(Answer.openEvents(event));
    assertThat(failure.result()).isEqualTo(AttemptResult.ATTEMPT_RESULT_MALFORMED);
    assertThat(failure.usage()).isNull();
  }

  @Test
  void cutAnswerWhoseTokensCannotBeCounted_endsTheCall() {
    UpstreamFailure failure = failure(Answer.openEvents("go on").then(RawUpstream.End.RESET));
    assertThat(failure.result()).isEqualTo(AttemptResult.ATTEMPT_RESULT_MALFORMED);
  }

  /** Reads an answer that breaks whoever counts it. */
  private static final class Uncountable implements AnswerReader {
    private boolean done;

    @Override
    public @Nullable UpstreamFailure feed(byte[] bytes) {
      done = bytes.length == 3;
      return bytes.length == 4 ? UpstreamFailure.malformed("told so", 200) : null;
    }

    @Override
    public boolean done() {
      return done;
    }

    @Override
    public boolean finished() {
      return done;
    }

    @Override
    public @Nullable UpstreamFailure end(boolean cut) {
      return null;
    }

    @Override
    public @Nullable UpstreamFailure whole(ResponseHeaders head, byte[] body, int length) {
      return null;
    }

    @Override
    public Completion completion(Map<String, String> headers) {
      throw new IllegalStateException("cannot be counted");
    }

    @Override
    public @Nullable TokenUsage spent() {
      throw new IllegalStateException("cannot be counted");
    }
  }
}
