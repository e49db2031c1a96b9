package dev.fairlead.gateway.edge;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpResponseWriter;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.common.ResponseHeadersBuilder;
import dev.fairlead.common.failure.Failure;
import dev.fairlead.gateway.dialect.DialectCodec;
import dev.fairlead.gateway.pipeline.Answer;
import dev.fairlead.gateway.pipeline.AnswerHead;
import dev.fairlead.gateway.pipeline.AnswerSink;
import dev.fairlead.gateway.pipeline.FailedAnswer;
import dev.fairlead.gateway.pipeline.StreamPiece;
import dev.fairlead.gateway.pipeline.Usages;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Answers an HTTP request with server-sent events in the client's dialect. Until the first event it
 * can still answer with a plain error; afterwards a failure is an event of its own, and no
 * terminator follows it.
 */
final class EventStreamSink implements AnswerSink {

  private final CompletableFuture<HttpResponse> response = new CompletableFuture<>();
  private final HttpResponse deferred = HttpResponse.of(response);
  private final DialectCodec codec;
  private final String requestId;
  private final boolean includeUsage;

  /** Set once, by the answer's beginning or by the first keep-alive before it. */
  private volatile @Nullable HttpResponseWriter writer;

  private volatile boolean begun;
  private volatile long lastWriteNanos = System.nanoTime();

  EventStreamSink(DialectCodec codec, String requestId, boolean includeUsage) {
    this.codec = codec;
    this.requestId = requestId;
    this.includeUsage = includeUsage;
  }

  HttpResponse response() {
    return deferred;
  }

  /**
   * Gives up on a stream whose answer has not begun; whether there was anything to give up. The
   * caller then cancels the scope.
   */
  boolean expire() {
    if (begun) {
      return false;
    }
    fail(
        FailedAnswer.of(
            new Failure.Timeout("the stream did not begin within the caller's timeout")));
    return true;
  }

  @Override
  public void begin(AnswerHead head) {
    begun = true;
    ResponseHeadersBuilder headers = headers();
    AnswerHeaders.begin(headers, head);
    if (head.settled() != null) {
      AnswerHeaders.end(headers, head.settled(), Map.of());
    }
    open(headers.build());
  }

  private static ResponseHeadersBuilder headers() {
    return ResponseHeaders.builder(HttpStatus.OK)
        .set("content-type", "text/event-stream; charset=utf-8")
        .set("cache-control", "no-cache")
        .set("x-accel-buffering", "no");
  }

  /** Sends the head unless it was sent, or a plain error was. */
  private synchronized void open(ResponseHeaders headers) {
    if (writer == null && !response.isDone()) {
      HttpResponseWriter opened = HttpResponse.streaming();
      opened.write(headers);
      writer = opened;
      response.complete(opened);
    }
  }

  /** Says something that means nothing, after a head without what is not known yet. */
  void keepAlive() {
    open(headers().set("x-request-id", requestId).build());
    HttpResponseWriter open = writer;
    if (open != null) {
      write(open, HttpData.wrap(codec.keepAlive()));
    }
  }

  /** Whether the head has been sent. */
  boolean isOpen() {
    return writer != null;
  }

  /** When something was written last, {@link System#nanoTime}. */
  long lastWriteNanos() {
    return lastWriteNanos;
  }

  /** Runs {@code taken} when the connection has taken what was written so far. */
  void whenTaken(Runnable taken) {
    HttpResponseWriter open = writer;
    if (open != null) {
      open.whenConsumed().thenRun(taken);
    }
  }

  /** Ends a stream that its client does not read; nothing more can be said to it. */
  void abandon() {
    HttpResponseWriter open = writer;
    if (open != null) {
      open.abort();
    }
  }

  @Override
  public void piece(StreamPiece piece) {
    HttpResponseWriter open = writer;
    if (open != null && piece instanceof StreamPiece.Events events) {
      write(open, Json.data(events.sse()));
    }
  }

  @Override
  public void whenReady(Runnable next) {
    HttpResponseWriter open = writer;
    if (open == null) {
      next.run();
    } else {
      open.whenConsumed().thenRun(next);
    }
  }

  @Override
  public void complete(Answer answer) {
    HttpResponseWriter open = writer;
    if (open == null) {
      if (response.isDone()) {
        return; // Its caller's time was over, and it was told so.
      }
      throw new IllegalStateException("a stream ended before it began");
    }
    if (includeUsage) {
      byte[] usage =
          codec.usageEvent(
              answer.usageEvent().toByteArray(),
              Usages.toProto(answer.settlement().usage()),
              fairlead(answer),
              answer.head().modelId());
      write(open, HttpData.wrap(usage));
    }
    write(open, HttpData.wrap(codec.streamTerminator()));
    open.close();
  }

  /** Writes unless the client has gone; then the scope's cancellation ends the request. */
  private void write(HttpResponseWriter open, HttpData data) {
    lastWriteNanos = System.nanoTime();
    if (!data.isEmpty() && !open.tryWrite(data)) {
      open.close();
    }
  }

  /** What a complete answer says in headers and a stream only knows at its end. */
  private static ByteString fairlead(Answer answer) {
    ObjectNode node = Json.object();
    node.put("request_id", answer.head().requestId());
    node.put("model", answer.head().modelId());
    SettlementJson.tell(node, answer.settlement());
    node.put("cache", answer.head().cache().label());
    node.put("attempts", answer.head().attempts());
    node.put("usage_estimated", answer.settlement().usage().estimated());
    return UnsafeByteOperations.unsafeWrap(Json.bytes(node));
  }

  @Override
  public void fail(FailedAnswer failed) {
    HttpResponseWriter open = failedBeforeHead(failed);
    if (open != null) {
      write(open, HttpData.wrap(codec.streamError(failed.failure(), requestId)));
      open.close();
    }
  }

  private synchronized @Nullable HttpResponseWriter failedBeforeHead(FailedAnswer failed) {
    HttpResponseWriter open = writer;
    if (open == null) {
      response.complete(FailureResponses.of(failed, codec, requestId));
    }
    return open;
  }
}
