package dev.fairlead.gateway.edge;

import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.server.ServiceRequestContext;
import dev.fairlead.gateway.StreamsConfig;
import dev.fairlead.gateway.dialect.Controls;
import dev.fairlead.gateway.dialect.DialectCodec;
import dev.fairlead.gateway.dialect.ScannedRequest;
import dev.fairlead.gateway.dialect.Timing;
import dev.fairlead.gateway.pipeline.CallScope;
import dev.fairlead.gateway.pipeline.Form;
import dev.fairlead.gateway.pipeline.InferencePipeline;
import dev.fairlead.gateway.pipeline.InferenceRequest;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Text generation in a dialect, such as {@code POST /v1/chat/completions}: complete or streamed.
 */
final class ChatService extends EdgeService {

  private final DialectCodec codec;
  private final EdgeContext edge;
  private final InferencePipeline pipeline;
  private final StreamsConfig streams;

  ChatService(
      DialectCodec codec, EdgeContext edge, InferencePipeline pipeline, StreamsConfig streams) {
    super(codec, HttpMethod.POST);
    this.codec = codec;
    this.edge = edge;
    this.pipeline = pipeline;
    this.streams = streams;
  }

  @Override
  HttpResponse handle(ServiceRequestContext context, RequestHeaders headers, byte[] body) {
    ScannedRequest scanned = codec.scan(body);
    InferenceRequest request = request(scanned, codec, headers);
    Timing timing = request.controls().timing();
    CallScope scope = edge.open(context, timing);
    codec.responseHeaders(scope.requestId()).forEach(context::setAdditionalResponseHeader);
    if (scanned.facts().stream()) {
      EventStreamSink sink = new EventStreamSink(codec, scope.requestId(), scanned.includeUsage());
      StreamWatch.start(sink, scope, context.eventLoop(), streams);
      pipeline.answer(request, scope, sink);
      expireUnbegun(context.eventLoop(), scope, sink, timing.firstTokenTimeout());
      return EdgeContext.cancelling(context, scope, sink.response());
    }
    CompleteSink sink = new CompleteSink(codec, scope.requestId());
    pipeline.answer(request, scope, sink);
    return EdgeContext.cancelling(context, scope, sink.response());
  }

  /** The caller may name a time that is long over before it comes: nothing is kept until then. */
  static void expireUnbegun(
      EventLoop loop, CallScope scope, EventStreamSink sink, @Nullable Duration timeout) {
    if (timeout != null) {
      Runnable expire =
          () -> {
            if (sink.expire()) {
              scope.cancel();
            }
          };
      ScheduledFuture<?> expiry = loop.schedule(expire, timeout.toNanos(), TimeUnit.NANOSECONDS);
      sink.response().whenComplete().whenComplete((taken, error) -> expiry.cancel(false));
    }
  }

  /** A scanned body as the pipeline takes it; what a header says wins over what the body says. */
  static InferenceRequest request(
      ScannedRequest scanned, DialectCodec codec, RequestHeaders headers) {
    Controls controls = scanned.controls().overriddenBy(ControlHeaders.of(headers));
    return new InferenceRequest(
        new Form.Raw(scanned.raw(), codec),
        scanned.facts(),
        controls,
        EdgeContext.forwarded(headers),
        EdgeContext.clientRetries(headers));
  }
}
