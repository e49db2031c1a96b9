package dev.fairlead.provider.http;

import com.linecorp.armeria.client.ClientRequestContext;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpObject;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.common.logging.RequestLog;
import com.linecorp.armeria.common.logging.RequestLogProperty;
import dev.fairlead.catalog.TokenUsage;
import dev.fairlead.provider.call.AnswerListener;
import dev.fairlead.provider.call.AnswerPart;
import dev.fairlead.provider.call.Completion;
import dev.fairlead.provider.call.Exchange;
import dev.fairlead.provider.call.UpstreamFailure;
import dev.fairlead.v1.AttemptResult;
import io.netty.channel.Channel;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One call: reads the vendor's answer on the connection's event loop, which is also where reader
 * and listener hear of it.
 */
final class HttpExchange implements Exchange, Subscriber<HttpObject> {

  private static final Logger logger = LoggerFactory.getLogger(HttpExchange.class);

  /**
   * What a vendor may still send after its terminator before the connection is given up instead of
   * kept for the next call.
   */
  private static final long DRAIN_MILLIS = 1000;

  private final VendorClient client;
  private final boolean streamed;
  private final AnswerListener listener;
  private final AnswerReader reader;
  private final ClientRequestContext context;
  private final HttpResponse response;

  private @Nullable Subscription subscription;
  private @Nullable ResponseHeaders headers;
  private @Nullable BodyBuffer body;
  private boolean events;
  private long received;
  private boolean ended;
  private volatile boolean paused;

  HttpExchange(
      VendorClient client,
      boolean streamed,
      AnswerListener listener,
      AnswerReader reader,
      ClientRequestContext context,
      HttpResponse response) {
    this.client = client;
    this.streamed = streamed;
    this.listener = listener;
    this.reader = reader;
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
    onLoop(() -> {
      if (!ended) {
        close();
        fail(reason);
      }
    });
  }

  private void onLoop(Runnable task) {
    try {
      context.eventLoop().execute(task);
    } catch (RejectedExecutionException e) {
      // The client is shut down, and its calls have ended with it.
      task.run();
    }
  }

  private void close() {
    if (subscription != null) {
      subscription.cancel();
    }
    response.abort();
    context.cancel();
  }

  @Override
  public void onSubscribe(Subscription newSubscription) {
    subscription = newSubscription;
    newSubscription.request(1);
  }

  @Override
  public void onNext(HttpObject object) {
    try {
      take(object);
    } catch (RuntimeException e) {
      broken(e);
    }
    more();
  }

  private void take(HttpObject object) {
    if (object instanceof HttpData data) {
      if (!ended && !data.isEmpty()) {
        data(data);
      }
    } else if (object instanceof ResponseHeaders responseHeaders
        && headers == null
        && !responseHeaders.status().isInformational()) {
      begin(responseHeaders);
    }
  }

  /** Whoever reads the answer has failed; the call ends all the same. */
  private void broken(RuntimeException problem) {
    if (ended) {
      throw problem;
    }
    logger.warn("an answer could not be read", problem);
    stop(client.failures().malformed("sent an answer that cannot be read", status()));
  }

  private void begin(ResponseHeaders head) {
    headers = head;
    String encoding = head.get(HttpHeaderNames.CONTENT_ENCODING);
    if (encoding != null && !encoding.equals("identity")) {
      stop(
          client
              .failures()
              .malformed("sent a compressed answer that was not asked for", head.status().code()));
      return;
    }
    events =
        streamed
            && head.status().code() == 200
            && head.get(HttpHeaderNames.CONTENT_TYPE, "").startsWith("text/event-stream");
    if (events) {
      Map<String, String> visible = client.visible(head);
      if (!visible.isEmpty()) {
        listener.onPart(new AnswerPart.Head(visible));
      }
    }
  }

  private void data(HttpData data) {
    received += data.length();
    if (received > client.answerBytes()) {
      stop(
          client
              .failures()
              .malformed(
                  "sent an answer of more than " + client.answerBytes() + " bytes", status()));
      return;
    }
    if (!events) {
      if (body == null) {
        body = new BodyBuffer();
      }
      body.add(data);
      return;
    }
    UpstreamFailure failure = reader.feed(data.array());
    if (ended) {
      return;
    }
    if (failure != null) {
      stop(failure);
    } else if (reader.done()) {
      context.eventLoop().schedule(this::giveUpDraining, DRAIN_MILLIS, TimeUnit.MILLISECONDS);
      complete();
    }
  }

  /**
   * Reads on as long as the caller keeps up; after the end, what is left is read so that the
   * connection can be kept.
   */
  private void more() {
    Subscription current = subscription;
    if (current == null) {
      return;
    }
    if (ended || !events || listener.ready()) {
      current.request(1);
      return;
    }
    paused = true;
    if (listener.ready()) {
      resume();
    }
  }

  private void giveUpDraining() {
    if (!response.isComplete()) {
      close();
    }
  }

  @Override
  public void onError(Throwable problem) {
    if (ended) {
      return;
    }
    if (!events || !reader.finished()) {
      fail(client.failures().ofTransport(problem, headers != null));
      return;
    }
    try {
      end(reader.end(true));
    } catch (RuntimeException e) {
      broken(e);
    }
  }

  @Override
  public void onComplete() {
    if (ended) {
      return;
    }
    try {
      bodyEnded();
    } catch (RuntimeException e) {
      broken(e);
    }
  }

  private void bodyEnded() {
    ResponseHeaders head = headers;
    BodyBuffer whole = body;
    if (head == null) {
      fail(client.failures().malformed("sent no answer", 0));
    } else if (events) {
      end(reader.end(false));
    } else if (whole == null) {
      end(reader.whole(head, new byte[0], 0));
    } else {
      end(reader.whole(head, whole.bytes(), whole.length()));
    }
  }

  private void end(@Nullable UpstreamFailure failure) {
    if (failure == null) {
      complete();
      return;
    }
    if (failure.result() == AttemptResult.ATTEMPT_RESULT_MALFORMED) {
      leaveConnection();
    }
    fail(failure);
  }

  /**
   * The end of an answer of a wrong length may still lie in the connection, where the next answer
   * would begin with it.
   */
  private void leaveConnection() {
    RequestLog log = context.log().getIfAvailable(RequestLogProperty.SESSION);
    if (log == null || log.sessionProtocol().isMultiplex()) {
      return;
    }
    Channel channel = log.channel();
    if (channel != null) {
      channel.close();
    }
  }

  private void stop(UpstreamFailure failure) {
    close();
    fail(failure);
  }

  private void fail(UpstreamFailure failure) {
    if (ended) {
      return;
    }
    ended = true;
    UpstreamFailure told = headers == null ? failure : failure.showing(visible());
    TokenUsage spent = events && failure.usage() == null ? spent() : null;
    listener.onFailed(spent == null ? told : told.spending(spent));
  }

  /** Of an answer that cannot be read this may fail again, and nobody else would end the call. */
  private @Nullable TokenUsage spent() {
    try {
      return reader.spent();
    } catch (RuntimeException e) {
      logger.warn("what a failed answer has cost cannot be counted", e);
      return null;
    }
  }

  private void complete() {
    if (ended) {
      return;
    }
    Completion completion = reader.completion(visible());
    ended = true;
    listener.onCompleted(completion);
  }

  private Map<String, String> visible() {
    return headers == null ? Map.of() : client.visible(headers);
  }

  private int status() {
    return headers == null ? 0 : headers.status().code();
  }
}
