package dev.fairlead.provider.gemini;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.linecorp.armeria.client.ClientRequestContext;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpObject;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.ResponseHeaders;
import dev.fairlead.provider.call.AnswerListener;
import dev.fairlead.provider.call.AnswerPart;
import dev.fairlead.provider.call.Exchange;
import dev.fairlead.provider.call.ModelCall;
import dev.fairlead.provider.call.TypedTally;
import dev.fairlead.provider.call.UpstreamFailure;
import dev.fairlead.provider.resilience.LimitSettings;
import dev.fairlead.provider.sse.SseFramer;
import dev.fairlead.provider.sse.SseSink;
import dev.fairlead.v1.ChatDelta;
import dev.fairlead.v1.ChatResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/**
 * One call: reads the answer on the connection's event loop, which is also where the listener hears
 * of it.
 */
final class GeminiExchange implements Exchange, Subscriber<HttpObject>, SseSink {

  private static final JsonMapper JSON =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxStringLength(64 << 20).build())
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
          .build();
  private static final long LONGEST_WAIT_SECONDS = 86_400;

  private final ModelCall call;
  private final AnswerListener listener;
  private final GeminiFailures failures;
  private final LimitSettings limits;
  private final ClientRequestContext context;
  private final HttpResponse response;

  private final GeminiAnswer answer = new GeminiAnswer();
  private final TypedTally tally = new TypedTally();
  private final ByteArrayOutputStream body = new ByteArrayOutputStream();
  private @Nullable Subscription subscription;
  private @Nullable ResponseHeaders headers;
  private @Nullable SseFramer events;
  private @Nullable UpstreamFailure failure;
  private long received;
  private boolean ended;
  private volatile boolean paused;

  GeminiExchange(
      ModelCall call,
      AnswerListener listener,
      GeminiFailures failures,
      LimitSettings limits,
      ClientRequestContext context,
      HttpResponse response) {
    this.call = call;
    this.listener = listener;
    this.failures = failures;
    this.limits = limits;
    this.context = context;
    this.response = response;
  }

  void begin() {
    response.subscribe(this, context.eventLoop());
  }

  @Override
  public void resume() {
    if (paused) {
      onLoop(() -> {
        if (paused && !ended && listener.ready() && subscription != null) {
          paused = false;
          subscription.request(1);
        }
      });
    }
  }

  @Override
  public void cancel(UpstreamFailure reason) {
    onLoop(() -> stop(reason));
  }

  private void onLoop(Runnable task) {
    try {
      context.eventLoop().execute(task);
    } catch (RejectedExecutionException e) {
      // The client is shut down, and its calls have ended with it.
      task.run();
    }
  }

  @Override
  public void onSubscribe(Subscription newSubscription) {
    subscription = newSubscription;
    newSubscription.request(1);
  }

  @Override
  public void onNext(HttpObject object) {
    if (object instanceof ResponseHeaders head && !head.status().isInformational()) {
      head(head);
    } else if (object instanceof HttpData data && !ended) {
      data(data);
    }
    more();
  }

  private void head(ResponseHeaders head) {
    if (headers != null) {
      return;
    }
    headers = head;
    String encoding = head.get(HttpHeaderNames.CONTENT_ENCODING, "identity");
    if (!encoding.equals("identity")) {
      stop(
          failures.malformed(
              "sent a compressed answer that was not asked for", head.status().code()));
    } else if (call.streamed()
        && head.status().code() == 200
        && head.get(HttpHeaderNames.CONTENT_TYPE, "").startsWith("text/event-stream")) {
      events = new SseFramer(this, limits.eventBytes());
    }
  }

  private void data(HttpData data) {
    received += data.length();
    if (received > limits.answerBytes()) {
      stop(
          failures.malformed(
              "sent an answer of more than " + limits.answerBytes() + " bytes", status()));
      return;
    }
    byte[] bytes = data.array();
    SseFramer framer = events;
    if (framer == null) {
      body.write(bytes, 0, bytes.length);
      return;
    }
    boolean fits = framer.feed(bytes, 0, bytes.length);
    if (failure != null) {
      stop(failure);
    } else if (!fits) {
      stop(failures.malformed("sent an event that is too long", 200));
    }
  }

  /** Reads on as long as the caller keeps up. */
  private void more() {
    Subscription current = subscription;
    if (current == null || ended) {
      return;
    }
    if (events == null || listener.ready()) {
      current.request(1);
      return;
    }
    paused = true;
    if (listener.ready()) {
      resume();
    }
  }

  @Override
  public void onEvent(byte[] raw, int rawFrom, int rawTo, byte[] data, int dataFrom, int dataTo) {
    if (ended || failure != null) {
      return;
    }
    JsonNode root = json(data, dataFrom, dataTo - dataFrom);
    VendorError error = root == null ? null : VendorError.of(root);
    if (error != null) {
      failure = failures.of(200, error, null);
    } else if (root == null || !root.isObject()) {
      failure = failures.malformed("sent an event that is not JSON", 200);
    } else {
      for (ChatDelta delta : answer.deltas(root)) {
        part(delta);
      }
      failure = brokenAnswer();
    }
  }

  /** This API has no terminator; one that comes from a server in front of it changes nothing. */
  @Override
  public void onDone() {}

  private void part(ChatDelta delta) {
    tally.add(delta);
    listener.onPart(new AnswerPart.Delta(delta));
  }

  @Override
  public void onError(Throwable problem) {
    if (events != null && answer.finished() && failure == null) {
      onComplete();
      return;
    }
    fail(failures.ofTransport(problem, headers != null));
  }

  @Override
  public void onComplete() {
    if (ended) {
      return;
    }
    SseFramer framer = events;
    if (headers == null) {
      fail(failures.malformed("sent no answer", 0));
    } else if (framer == null) {
      whole(headers);
    } else {
      framer.end();
      if (failure != null) {
        fail(failure);
      } else if (!answer.finished()) {
        fail(failures.malformed("the stream was cut", 200));
      } else {
        answer.finishes().forEach(this::part);
        complete();
      }
    }
  }

  private void whole(ResponseHeaders head) {
    JsonNode root = json(body.toByteArray(), 0, body.size());
    VendorError error = root == null ? null : VendorError.of(root);
    int status = head.status().code();
    if (status != 200 || error != null) {
      fail(failures.of(status, error, retryAfter(head)));
    } else if (root == null) {
      fail(
          failures.malformed(
              body.size() == 0 ? "sent an empty answer" : "sent an answer that is not JSON", 200));
    } else if (call.streamed()) {
      fail(failures.malformed("sent a whole answer where a stream was asked for", 200));
    } else if (!GeminiAnswer.isAnswer(root)) {
      fail(failures.malformed("sent an answer without candidates", 200));
    } else {
      ChatResponse whole = answer.response(root);
      UpstreamFailure broken = brokenAnswer();
      if (broken == null && !answer.finished()) {
        broken = failures.malformed("sent an answer without a finish reason", 200);
      }
      if (broken != null) {
        fail(broken);
        return;
      }
      tally.add(whole);
      listener.onPart(new AnswerPart.Response(whole));
      complete();
    }
  }

  private @Nullable UpstreamFailure brokenAnswer() {
    return answer.broken() == null
        ? null
        : failures.malformed("wrote a tool call that cannot be made", 200);
  }

  private void complete() {
    if (!ended) {
      ended = true;
      listener.onCompleted(tally.completion(call, answer.usage(), Map.of()));
    }
  }

  private void stop(UpstreamFailure reason) {
    if (ended) {
      return;
    }
    if (subscription != null) {
      subscription.cancel();
    }
    response.abort();
    context.cancel();
    fail(reason);
  }

  private void fail(UpstreamFailure reason) {
    if (ended) {
      return;
    }
    ended = true;
    boolean spent = reason.usage() == null && tally.content();
    listener.onFailed(spent ? reason.spending(tally.usage(call, answer.usage())) : reason);
  }

  private int status() {
    return headers == null ? 0 : headers.status().code();
  }

  private static @Nullable JsonNode json(byte[] bytes, int from, int length) {
    try {
      JsonNode node = JSON.readTree(bytes, from, length);
      return node == null || node.isMissingNode() ? null : node;
    } catch (IOException e) {
      return null;
    }
  }

  private static @Nullable Duration retryAfter(ResponseHeaders head) {
    try {
      long seconds = Long.parseLong(head.get(HttpHeaderNames.RETRY_AFTER, ""));
      return seconds < 0 ? null : Duration.ofSeconds(Math.min(seconds, LONGEST_WAIT_SECONDS));
    } catch (NumberFormatException e) {
      return null;
    }
  }
}
