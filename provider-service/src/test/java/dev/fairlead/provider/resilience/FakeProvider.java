package dev.fairlead.provider.resilience;

import dev.fairlead.catalog.TokenUsage;
import dev.fairlead.provider.call.AnswerListener;
import dev.fairlead.provider.call.Capabilities;
import dev.fairlead.provider.call.Completion;
import dev.fairlead.provider.call.Exchange;
import dev.fairlead.provider.call.ModelCall;
import dev.fairlead.provider.call.ModelProvider;
import dev.fairlead.provider.call.UpstreamFailure;
import dev.fairlead.v1.Dialect;
import dev.fairlead.v1.FinishReason;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** An adapter whose calls a test ends by hand. */
public final class FakeProvider implements ModelProvider {

  /** A call under way. */
  public static final class Open implements Exchange {
    public final ModelCall call;
    public final AnswerListener listener;
    public int resumed;

    Open(ModelCall call, AnswerListener listener) {
      this.call = call;
      this.listener = listener;
    }

    @Override
    public void resume() {
      resumed++;
    }

    @Override
    public void cancel(UpstreamFailure reason) {
      listener.onFailed(reason);
    }

    public void succeed() {
      listener.onCompleted(
          new Completion(
              TokenUsage.of(1, 1), FinishReason.FINISH_REASON_STOP, "text", 200, Map.of()));
    }

    public void fail() {
      listener.onFailed(UpstreamFailure.unavailable("down"));
    }
  }

  public final List<Open> calls = new ArrayList<>();

  public Open last() {
    return calls.getLast();
  }

  @Override
  public Capabilities capabilities() {
    return new Capabilities(Set.of(Dialect.DIALECT_OPENAI_CHAT), true, true);
  }

  @Override
  public Exchange open(ModelCall call, AnswerListener listener) {
    Open open = new Open(call, listener);
    calls.add(open);
    return open;
  }
}
