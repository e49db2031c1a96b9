package dev.fairlead.provider.onnx;

import com.google.protobuf.ByteString;
import dev.fairlead.catalog.TokenUsage;
import dev.fairlead.common.failure.Failure;
import dev.fairlead.onnx.decoder.DecoderException;
import dev.fairlead.onnx.decoder.DecoderLoop;
import dev.fairlead.onnx.decoder.Generation;
import dev.fairlead.provider.call.AnswerListener;
import dev.fairlead.provider.call.AnswerPart;
import dev.fairlead.provider.call.Completion;
import dev.fairlead.provider.call.Exchange;
import dev.fairlead.provider.call.UpstreamFailure;
import dev.fairlead.provider.call.UpstreamFailure.Next;
import dev.fairlead.v1.AttemptResult;
import dev.fairlead.v1.ChatDelta;
import dev.fairlead.v1.ChatResponse;
import dev.fairlead.v1.Choice;
import dev.fairlead.v1.ContentPart;
import dev.fairlead.v1.FinishReason;
import dev.fairlead.v1.Message;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One answer, of one or more choices. While its listener is not ready, what is generated waits here
 * (the context window bounds it), so that one slow reader does not hold up the batch. A lock keeps
 * the loop, resumption and cancellation apart.
 */
final class LocalExchange implements Exchange {

  private static final int LONGEST_TEXT = 64 * 1024;

  private final boolean streamed;
  private final LocalRequest request;
  private final AnswerListener listener;
  private final List<ChoiceState> choices = new ArrayList<>();
  private final ArrayDeque<AnswerPart> pending = new ArrayDeque<>();
  private int unfinished;
  private boolean draining;
  private boolean ended;

  LocalExchange(boolean streamed, LocalRequest request, AnswerListener listener) {
    this.streamed = streamed;
    this.request = request;
    this.listener = listener;
    this.unfinished = request.choices().size();
  }

  synchronized void begin(DecoderLoop loop) {
    for (int i = 0; i < request.choices().size(); i++) {
      ChoiceState choice = new ChoiceState(i);
      choices.add(choice);
      choice.ticket = loop.submit(request.choices().get(i), choice);
      if (choice.ticket == null) {
        String message = "the local model's queue is full";
        end(UpstreamFailure.shed(new Failure.Overloaded(message, Duration.ofSeconds(1))));
        return;
      }
    }
  }

  @Override
  public synchronized void resume() {
    drain();
  }

  @Override
  public synchronized void cancel(UpstreamFailure reason) {
    if (!ended) {
      end(reason.usage() == null ? reason.spending(usage()) : reason);
    }
  }

  private void end(UpstreamFailure failure) {
    ended = true;
    pending.clear();
    for (ChoiceState choice : choices) {
      if (choice.ticket != null) {
        choice.ticket.cancel();
      }
    }
    listener.onFailed(failure);
  }

  /** Hands on what waits, then the end; also when called from inside a listener. */
  private void drain() {
    if (draining) {
      return;
    }
    draining = true;
    try {
      while (!ended && !pending.isEmpty() && listener.ready()) {
        listener.onPart(pending.removeFirst());
      }
      if (!ended && unfinished == 0 && pending.isEmpty()) {
        ended = true;
        ChoiceState first = choices.getFirst();
        String text = first.text.length() <= LONGEST_TEXT ? first.text.toString() : "";
        listener.onCompleted(new Completion(usage(), first.reason, text, 200, Map.of()));
      }
    } finally {
      draining = false;
    }
  }

  private TokenUsage usage() {
    return TokenUsage.of(
        request.promptTokens(), choices.stream().mapToLong(choice -> choice.tokens).sum());
  }

  private AnswerPart whole() {
    ChatResponse.Builder response =
        ChatResponse.newBuilder()
            .setId("local-" + UUID.randomUUID())
            .setCreatedEpochSeconds(Instant.now().getEpochSecond());
    for (ChoiceState choice : choices) {
      Message.Builder message = Message.newBuilder().setRole(Message.Role.ROLE_ASSISTANT);
      message.addContent(ContentPart.newBuilder().setText(choice.text.toString()));
      Choice.Builder told =
          Choice.newBuilder()
              .setIndex(choice.index)
              .setFinishReason(choice.reason)
              .setMessage(message);
      if (choice.stop != null) {
        told.setStopSequence(choice.stop);
      }
      response.addChoices(told);
    }
    return new AnswerPart.Response(response.build());
  }

  /** Hears one choice, on the loop's thread. */
  private final class ChoiceState implements Generation.Listener {
    private final int index;
    private final StringBuilder text = new StringBuilder();
    private FinishReason reason = FinishReason.FINISH_REASON_UNSPECIFIED;
    private @Nullable String stop;
    private int tokens;
    private DecoderLoop.@Nullable Ticket ticket;

    ChoiceState(int index) {
      this.index = index;
    }

    @Override
    public void onText(String more, int count) {
      synchronized (LocalExchange.this) {
        text.append(more);
        tokens = count;
        if (streamed && !ended) {
          pending.add(delta(ChatDelta.newBuilder().setText(more)));
          drain();
        }
      }
    }

    @Override
    public void onEnd(Generation.End end, @Nullable String stopText, int count) {
      synchronized (LocalExchange.this) {
        if (ended) {
          return;
        }
        tokens = count;
        stop = stopText;
        reason =
            end == Generation.End.STOP
                ? FinishReason.FINISH_REASON_STOP
                : FinishReason.FINISH_REASON_LENGTH;
        unfinished--;
        if (streamed) {
          ChatDelta.Builder last = ChatDelta.newBuilder().setFinishReason(reason);
          pending.add(delta(stop == null ? last : last.setStopSequence(stop)));
        } else if (unfinished == 0) {
          pending.add(whole());
        }
        drain();
      }
    }

    @Override
    public void onFailed(DecoderException failure, int count) {
      synchronized (LocalExchange.this) {
        tokens = count;
        if (!ended) {
          end(
              new UpstreamFailure(
                  new Failure.UpstreamMalformed("the local model failed: " + failure.getMessage()),
                  Next.OTHER_MODEL,
                  AttemptResult.ATTEMPT_RESULT_MALFORMED,
                  0,
                  ByteString.EMPTY,
                  usage()));
        }
      }
    }

    private AnswerPart delta(ChatDelta.Builder builder) {
      return new AnswerPart.Delta(builder.setChoiceIndex(index).build());
    }
  }
}
