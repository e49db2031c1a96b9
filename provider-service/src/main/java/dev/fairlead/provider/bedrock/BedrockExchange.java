package dev.fairlead.provider.bedrock;

import dev.fairlead.catalog.TokenUsage;
import dev.fairlead.provider.call.AnswerListener;
import dev.fairlead.provider.call.AnswerPart;
import dev.fairlead.provider.call.Completion;
import dev.fairlead.provider.call.Exchange;
import dev.fairlead.provider.call.ModelCall;
import dev.fairlead.provider.call.RequestForm;
import dev.fairlead.provider.call.UpstreamFailure;
import dev.fairlead.provider.http.VisibleHeaders;
import dev.fairlead.provider.usage.TypedTally;
import dev.fairlead.v1.ChatDelta;
import dev.fairlead.v1.ChatResponse;
import dev.fairlead.v1.FinishReason;
import io.netty.channel.EventLoop;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.async.SdkPublisher;
import software.amazon.awssdk.http.SdkHttpResponse;
import software.amazon.awssdk.services.bedrockruntime.BedrockRuntimeAsyncClient;
import software.amazon.awssdk.services.bedrockruntime.model.ContentBlockDeltaEvent;
import software.amazon.awssdk.services.bedrockruntime.model.ContentBlockStartEvent;
import software.amazon.awssdk.services.bedrockruntime.model.ConverseRequest;
import software.amazon.awssdk.services.bedrockruntime.model.ConverseResponse;
import software.amazon.awssdk.services.bedrockruntime.model.ConverseStreamMetadataEvent;
import software.amazon.awssdk.services.bedrockruntime.model.ConverseStreamOutput;
import software.amazon.awssdk.services.bedrockruntime.model.ConverseStreamRequest;
import software.amazon.awssdk.services.bedrockruntime.model.ConverseStreamResponse;
import software.amazon.awssdk.services.bedrockruntime.model.ConverseStreamResponseHandler;
import software.amazon.awssdk.services.bedrockruntime.model.MessageStopEvent;

/**
 * One call. The SDK is entered on a virtual thread, because it signs, marshals and may read files
 * there; its callbacks, which come on threads of its own, are handed to one event loop, where the
 * listener hears of everything in order.
 */
final class BedrockExchange implements Exchange {

  private static final Logger logger = LoggerFactory.getLogger(BedrockExchange.class);

  private final ModelCall call;
  private final AnswerListener listener;
  private final BedrockFailures failures;
  private final EventLoop loop;

  private final ConverseAnswer answer;
  private final TypedTally tally = new TypedTally();
  private volatile boolean answering;
  private volatile boolean closed;
  private volatile boolean paused;
  private volatile @Nullable CompletableFuture<?> running;

  // Of the event loop only.
  private @Nullable Subscription events;
  private @Nullable TokenUsage usage;
  private Map<String, String> headers = Map.of();
  private boolean stopped;
  private boolean ended;

  BedrockExchange(
      ModelCall call, AnswerListener listener, BedrockFailures failures, EventLoop loop) {
    this.call = call;
    this.listener = listener;
    this.failures = failures;
    this.loop = loop;
    this.answer =
        new ConverseAnswer(
            call.form() instanceof RequestForm.Typed typed
                ? typed.request().getStopList()
                : List.of());
  }

  void begin(Supplier<BedrockRuntimeAsyncClient> client, ConverseRequest request) {
    ConverseRequest watched =
        request.toBuilder()
            .overrideConfiguration(
                o -> o.putExecutionAttribute(AnswerGuard.ANSWERING, this::answering))
            .build();
    run(() -> client.get().converse(watched), this::whole);
  }

  void begin(Supplier<BedrockRuntimeAsyncClient> client, ConverseStreamRequest request) {
    ConverseStreamRequest watched =
        request.toBuilder()
            .overrideConfiguration(
                o -> o.putExecutionAttribute(AnswerGuard.ANSWERING, this::answering))
            .build();
    run(() -> client.get().converseStream(watched, new Events()), nothing -> streamEnded());
  }

  /** On a thread of the SDK, before anything else of the answer. */
  private void answering(SdkHttpResponse head) {
    answering = true;
    Map<String, String> visible =
        VisibleHeaders.ofRequestId(
            head.firstMatchingHeader("x-amzn-requestid").orElse(null), failures::holdsSecret);
    onLoop(() -> {
      headers = visible;
      if (!ended && call.streamed() && head.isSuccessful() && !visible.isEmpty()) {
        listener.onPart(new AnswerPart.Head(visible));
      }
    });
  }

  private <T> void run(
      Supplier<CompletableFuture<T>> start, java.util.function.Consumer<T> success) {
    Thread.startVirtualThread(() -> {
      if (closed) {
        return;
      }
      CompletableFuture<T> future;
      try {
        future = start.get();
      } catch (RuntimeException e) {
        future = CompletableFuture.failedFuture(e);
      }
      running = future;
      if (closed) {
        future.cancel(true);
      }
      future.whenComplete((result, problem) ->
          onLoop(() -> {
            if (ended) {
              return;
            }
            if (problem == null) {
              read(() -> success.accept(result));
            } else {
              fail(failures.of(unwrapped(problem), answering));
            }
          }));
    });
  }

  private static Throwable unwrapped(Throwable problem) {
    return problem instanceof CompletionException && problem.getCause() != null
        ? problem.getCause()
        : problem;
  }

  @Override
  public void resume() {
    if (paused) {
      onLoop(() -> {
        if (paused && !ended && listener.ready() && events != null) {
          paused = false;
          events.request(1);
        }
      });
    }
  }

  @Override
  public void cancel(UpstreamFailure reason) {
    closed = true;
    onLoop(() -> {
      if (!ended) {
        close();
        fail(reason);
      }
    });
  }

  private void onLoop(Runnable task) {
    try {
      loop.execute(task);
    } catch (RejectedExecutionException e) {
      // The process is being shut down, and its calls end with it.
      task.run();
    }
  }

  private void close() {
    closed = true;
    if (events != null) {
      events.cancel();
    }
    CompletableFuture<?> future = running;
    if (future != null) {
      future.cancel(true);
    }
  }

  /** Whoever reads the answer may fail; the call ends all the same. */
  private void read(Runnable reading) {
    try {
      reading.run();
    } catch (RuntimeException e) {
      if (ended) {
        throw e;
      }
      logger.warn("an answer could not be read", e);
      close();
      fail(failures.malformed("sent an answer that cannot be read"));
    }
  }

  private void whole(ConverseResponse response) {
    usage = UsageReader.read(response.usage());
    if (response.output() == null || response.output().message() == null) {
      fail(failures.malformed("sent an answer without a message"));
      return;
    }
    FinishReason reason = answer.stop(response.stopReason());
    if (reason == null) {
      fail(failures.malformed("wrote an answer or tool call that cannot be used"));
      return;
    }
    ChatResponse whole = answer.response(response, "msg_" + UUID.randomUUID(), reason);
    tally.add(whole);
    listener.onPart(new AnswerPart.Response(whole));
    complete();
  }

  private void event(ConverseStreamOutput event) {
    if (ended) {
      return;
    }
    switch (event) {
      case ContentBlockStartEvent start -> {
        ChatDelta delta = answer.start(start);
        if (delta != null) {
          part(delta);
        }
      }
      case ContentBlockDeltaEvent delta -> answer.deltas(delta).forEach(this::part);
      case MessageStopEvent stop -> {
        stopped = true;
        answer.stop(stop.stopReason());
      }
      case ConverseStreamMetadataEvent metadata -> usage = UsageReader.read(metadata.usage());
      default -> {
        // Starts of messages, ends of blocks, and what later versions add.
      }
    }
    more();
  }

  private void more() {
    Subscription current = events;
    if (ended || current == null) {
      return;
    }
    if (listener.ready()) {
      current.request(1);
      return;
    }
    paused = true;
    if (listener.ready()) {
      resume();
    }
  }

  private void part(ChatDelta delta) {
    tally.add(delta);
    listener.onPart(new AnswerPart.Delta(delta));
  }

  private void streamEnded() {
    ChatDelta end = answer.end();
    if (end != null) {
      part(end);
      complete();
    } else {
      fail(
          failures.malformed(
              stopped ? "wrote an answer or tool call that cannot be used" : "the stream was cut"));
    }
  }

  private void complete() {
    if (!ended) {
      Completion completion = tally.completion(call, usage, headers);
      ended = true;
      listener.onCompleted(completion);
    }
  }

  private void fail(UpstreamFailure reason) {
    if (ended) {
      return;
    }
    ended = true;
    UpstreamFailure told = reason.showing(headers);
    TokenUsage spent = reason.usage() == null && tally.content() ? spent() : null;
    listener.onFailed(spent == null ? told : told.spending(spent));
  }

  /** Of an answer that cannot be read this may fail again, and nobody else would end the call. */
  private @Nullable TokenUsage spent() {
    try {
      return tally.usage(call, usage);
    } catch (RuntimeException e) {
      logger.warn("what a failed answer has cost cannot be counted", e);
      return null;
    }
  }

  /** The SDK's callbacks; each is only handed on. */
  private final class Events
      implements ConverseStreamResponseHandler, Subscriber<ConverseStreamOutput> {

    @Override
    public void responseReceived(ConverseStreamResponse response) {}

    @Override
    public void onEventStream(SdkPublisher<ConverseStreamOutput> publisher) {
      publisher.subscribe(this);
    }

    @Override
    public void onSubscribe(Subscription subscription) {
      onLoop(() -> {
        events = subscription;
        if (ended) {
          subscription.cancel();
        } else {
          more();
        }
      });
    }

    @Override
    public void onNext(ConverseStreamOutput event) {
      onLoop(() -> read(() -> event(event)));
    }

    @Override
    public void onError(Throwable problem) {
      // The future of the call fails with it.
    }

    @Override
    public void onComplete() {
      // The future of the call completes after it.
    }

    @Override
    public void exceptionOccurred(Throwable problem) {
      // The future of the call fails with it.
    }

    @Override
    public void complete() {
      // The future of the call completes after it.
    }
  }
}
