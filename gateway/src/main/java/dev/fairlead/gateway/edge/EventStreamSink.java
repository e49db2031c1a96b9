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
import dev.fairlead.gateway.routing.Usd;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Answers an HTTP request with server-sent events in the client's dialect. Until the first event it
 * can still answer with a plain error; afterwards a failure is an event of its own, and no
 * terminator follows it.
 */
final class EventStreamSink implements AnswerSink {

  private final CompletableFuture<HttpResponse> response = new CompletableFuture<>();
  private final DialectCodec codec;
  private final String requestId;
  private final boolean includeUsage;
  private @Nullable HttpResponseWriter writer;

  EventStreamSink(DialectCodec codec, String requestId, boolean includeUsage) {
    this.codec = codec;
    this.requestId = requestId;
    this.includeUsage = includeUsage;
  }

  HttpResponse response() {
    return HttpResponse.of(response);
  }

  /**
   * Gives up on a stream that has not begun; whether there was anything to give up. The caller then
   * cancels the scope.
   */
  boolean expire() {
    Failure late = new Failure.Timeout("the stream did not begin within the caller's timeout");
    return response.complete(FailureResponses.of(late, codec, requestId));
  }

  @Override
  public void begin(AnswerHead head) {
    ResponseHeadersBuilder headers =
        ResponseHeaders.builder(HttpStatus.OK)
            .set("content-type", "text/event-stream; charset=utf-8")
            .set("cache-control", "no-cache")
            .set("x-accel-buffering", "no");
    AnswerHeaders.begin(headers, head);
    HttpResponseWriter opened = HttpResponse.streaming();
    opened.write(headers.build());
    writer = opened;
    response.complete(opened);
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
  private static void write(HttpResponseWriter open, HttpData data) {
    if (!data.isEmpty() && !open.tryWrite(data)) {
      open.close();
    }
  }

  /** What a complete answer says in headers and a stream only knows at its end. */
  private static ByteString fairlead(Answer answer) {
    ObjectNode node = Json.object();
    node.put("request_id", answer.head().requestId());
    node.put("model", answer.head().modelId());
    node.put("cost_usd", Usd.decimal(answer.settlement().costNanoUsd()));
    node.put("saved_usd", Usd.decimal(answer.settlement().savedNanoUsd()));
    node.put("cache", answer.head().cache().label());
    node.put("attempts", answer.head().attempts());
    node.put("usage_estimated", answer.settlement().usage().estimated());
    return UnsafeByteOperations.unsafeWrap(Json.bytes(node));
  }

  @Override
  public void fail(FailedAnswer failed) {
    HttpResponseWriter open = writer;
    if (open == null) {
      response.complete(FailureResponses.of(failed, codec, requestId));
      return;
    }
    write(open, HttpData.wrap(codec.streamError(failed.failure(), requestId)));
    open.close();
  }
}
