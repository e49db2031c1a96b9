package dev.fairlead.provider.openai;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import com.linecorp.armeria.client.ClientRequestContext;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpObject;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.ResponseHeaders;
import dev.fairlead.catalog.TokenUsage;
import dev.fairlead.provider.call.AnswerListener;
import dev.fairlead.provider.call.AnswerPart;
import dev.fairlead.provider.call.Completion;
import dev.fairlead.provider.call.Exchange;
import dev.fairlead.provider.call.ModelCall;
import dev.fairlead.provider.call.RequestForm;
import dev.fairlead.provider.call.UpstreamFailure;
import dev.fairlead.provider.usage.UsageEstimate;
import dev.fairlead.v1.Dialect;
import dev.fairlead.v1.FinishReason;
import dev.fairlead.v1.RawAnswer;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/**
 * One call: reads the vendor's answer on the connection's event loop, which is also where the
 * listener hears of it.
 */
final class OpenAiExchange implements Exchange, Subscriber<HttpObject> {

  /**
   * What a vendor may still send after [DONE] before the connection is given up instead of kept for
   * the next call.
   */
  private static final long DRAIN_MILLIS = 1000;

  private static final int LARGEST_ERROR = 64 * 1024;

  private final ModelCall call;
  private final AnswerListener listener;
  private final OpenAiFailures failures;
  private final long maxAnswerBytes;
  private final int maxEventBytes;
  private final ClientRequestContext context;
  private final HttpResponse response;

  private @Nullable Subscription subscription;
  private @Nullable ResponseHeaders headers;
  private @Nullable StreamedAnswer stream;
  private final BodyBuffer body = new BodyBuffer();
  private long received;
  private boolean ended;
  private volatile boolean paused;

  OpenAiExchange(
      ModelCall call,
      AnswerListener listener,
      OpenAiFailures failures,
      long maxAnswerBytes,
      int maxEventBytes,
      ClientRequestContext context,
      HttpResponse response) {
    this.call = call;
    this.listener = listener;
    this.failures = failures;
    this.maxAnswerBytes = maxAnswerBytes;
    this.maxEventBytes = maxEventBytes;
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
    if (object instanceof ResponseHeaders responseHeaders) {
      if (headers == null && !responseHeaders.status().isInformational()) {
        begin(responseHeaders);
      }
      more();
    } else if (object instanceof HttpData data) {
      if (!ended && !data.isEmpty()) {
        data(data);
      }
      more();
    } else {
      more();
    }
  }

  private void begin(ResponseHeaders responseHeaders) {
    headers = responseHeaders;
    String encoding = responseHeaders.get(HttpHeaderNames.CONTENT_ENCODING);
    if (encoding != null && !encoding.equals("identity")) {
      stop(
          failures.malformed(
              "sent a compressed answer that was not asked for", responseHeaders.status().code()));
      return;
    }
    String type = responseHeaders.get(HttpHeaderNames.CONTENT_TYPE, "");
    if (call.streamed()
        && responseHeaders.status().code() == 200
        && type.startsWith("text/event-stream")) {
      Dialect dialect = call.form() instanceof RequestForm.Raw raw ? raw.dialect() : null;
      stream = new StreamedAnswer(listener, failures, dialect, maxEventBytes);
    }
  }

  private void data(HttpData data) {
    received += data.length();
    if (received > maxAnswerBytes) {
      stop(
          failures.malformed("sent an answer of more than " + maxAnswerBytes + " bytes", status()));
      return;
    }
    StreamedAnswer events = stream;
    if (events == null) {
      body.add(data);
      return;
    }
    UpstreamFailure failure = events.feed(data.array());
    if (ended) {
      return;
    }
    if (failure != null) {
      stop(failure);
    } else if (events.done()) {
      context.eventLoop().schedule(this::giveUpDraining, DRAIN_MILLIS, TimeUnit.MILLISECONDS);
      complete(events.scan());
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
    if (ended || stream == null || listener.ready()) {
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
    StreamedAnswer events = stream;
    if (events != null && events.scan().finished()) {
      complete(events.scan());
      return;
    }
    fail(failures.ofTransport(problem, headers != null));
  }

  @Override
  public void onComplete() {
    if (ended) {
      return;
    }
    ResponseHeaders head = headers;
    if (head == null) {
      fail(failures.malformed("sent no answer", 0));
      return;
    }
    StreamedAnswer events = stream;
    if (events != null) {
      UpstreamFailure failure = events.end();
      if (failure == null) {
        complete(events.scan());
      } else {
        fail(failure);
      }
      return;
    }
    whole(head);
  }

  private void whole(ResponseHeaders head) {
    AnswerScan scan = new AnswerScan();
    boolean json;
    try {
      scan.read(body.bytes(), 0, body.length());
      json = true;
    } catch (IOException e) {
      json = false;
    }
    VendorError error = json ? scan.error() : null;
    if (head.status().code() != 200) {
      fail(failures.ofStatus(head.status().code(), head, error, errorBody(error)));
    } else if (error != null) {
      fail(failures.ofErrorObject(error, errorBody(error)));
    } else if (!json) {
      fail(
          failures.malformed(
              body.length() == 0 ? "sent an empty answer" : "sent an answer that is not JSON",
              200));
    } else if (call.streamed()) {
      fail(failures.malformed("sent a whole answer where a stream was asked for", 200));
    } else if (!(embeddings() ? scan.embeddings() : scan.choices())) {
      fail(
          failures.malformed("sent an answer without " + (embeddings() ? "data" : "choices"), 200));
    } else {
      deliver(scan);
    }
  }

  private void deliver(AnswerScan scan) {
    ByteString bytes = UnsafeByteOperations.unsafeWrap(body.bytes(), 0, body.length());
    switch (call.form()) {
      case RequestForm.Raw raw ->
          listener.onPart(
              new AnswerPart.Body(
                  RawAnswer.newBuilder().setDialect(raw.dialect()).setBody(bytes).build()));
      case RequestForm.Typed typed -> {
        try {
          listener.onPart(
              new AnswerPart.Response(ChatResponseCodec.decode(body.bytes(), body.length())));
        } catch (IOException e) {
          fail(failures.malformed("sent an answer of an unknown form", 200));
          return;
        }
      }
    }
    complete(scan);
  }

  private boolean embeddings() {
    return call.form().dialect() == Dialect.DIALECT_OPENAI_EMBEDDINGS;
  }

  private ByteString errorBody(@Nullable VendorError error) {
    return error == null || body.length() > LARGEST_ERROR
        ? ByteString.EMPTY
        : ByteString.copyFrom(body.bytes(), 0, body.length());
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
    StreamedAnswer events = stream;
    boolean spent = events != null && events.sawContent() && failure.usage() == null;
    listener.onFailed(spent && events != null ? failure.spending(usage(events.scan())) : failure);
  }

  private void complete(AnswerScan scan) {
    if (ended) {
      return;
    }
    ended = true;
    Map<String, String> visible = headers == null ? Map.of() : VisibleHeaders.of(headers);
    FinishReason reason = scan.finishReason();
    listener.onCompleted(new Completion(usage(scan), reason, scan.text(), 200, visible));
  }

  private TokenUsage usage(AnswerScan scan) {
    return UsageEstimate.unlessReported(
        scan.usage(),
        call,
        scan.countableText(),
        scan.charactersBeyond() + scan.charactersBesideText());
  }

  private int status() {
    return headers == null ? 0 : headers.status().code();
  }
}
