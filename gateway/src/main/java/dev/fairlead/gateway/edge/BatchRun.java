package dev.fairlead.gateway.edge;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.RequestHeaders;
import dev.fairlead.common.failure.Failure;
import dev.fairlead.common.failure.FailureException;
import dev.fairlead.gateway.dialect.DialectCodec;
import dev.fairlead.gateway.dialect.ScannedRequest;
import dev.fairlead.gateway.pipeline.Answer;
import dev.fairlead.gateway.pipeline.CallScope;
import dev.fairlead.gateway.pipeline.FailedAnswer;
import dev.fairlead.gateway.pipeline.InferencePipeline;
import dev.fairlead.gateway.pipeline.InferenceRequest;
import dev.fairlead.gateway.pipeline.WholeAnswerSink;
import java.io.ByteArrayOutputStream;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The requests of one batch on their way, a bounded number at a time. Everything runs on the
 * batch's event loop. One use an instance.
 */
final class BatchRun {

  private static final Logger logger = LoggerFactory.getLogger(BatchRun.class);

  private final BatchBody batch;
  private final BatchCodecs codecs;
  private final RequestHeaders headers;
  private final InferencePipeline pipeline;
  private final CallScope scope;
  private final Executor loop;
  private final @Nullable BatchResult[] results;
  private final CompletableFuture<HttpResponse> response = new CompletableFuture<>();
  private int next;
  private int finished;

  /** The formats that a request of a batch may have. */
  record BatchCodecs(DialectCodec chat, DialectCodec completions) {
    DialectCodec of(BatchBody.Item item) {
      return item.chat() ? chat : completions;
    }
  }

  BatchRun(
      BatchBody batch,
      BatchCodecs codecs,
      RequestHeaders headers,
      InferencePipeline pipeline,
      CallScope scope,
      Executor loop) {
    this.batch = batch;
    this.codecs = codecs;
    this.headers = headers;
    this.pipeline = pipeline;
    this.scope = scope;
    this.loop = loop;
    this.results = new BatchResult[batch.items().size()];
  }

  HttpResponse start(int concurrency) {
    int first = Math.min(concurrency, results.length);
    loop.execute(() -> {
      for (int i = 0; i < first; i++) {
        startNext();
      }
    });
    return HttpResponse.of(response);
  }

  private void startNext() {
    if (next >= results.length) {
      return;
    }
    int index = next++;
    BatchBody.Item item = batch.items().get(index);
    DialectCodec codec = codecs.of(item);
    String requestId = scope.requestId() + "-" + index;
    try {
      ScannedRequest scanned = codec.scan(item.body());
      if (scanned.facts().stream()) {
        throw Failure.InvalidRequest.of("stream", "stream: true (expected: false in a batch)")
            .asException();
      }
      InferenceRequest request = ChatService.request(scanned, codec, headers);
      pipeline.answer(request, scope.child(requestId), new ItemSink(index, codec, requestId));
    } catch (RuntimeException | Error e) {
      settle(index, BatchResult.of(index, placed(failure(e, requestId), index), codec, requestId));
    }
  }

  /** One request that cannot be understood, or that something is wrong with here, fails alone. */
  private static Failure failure(Throwable error, String requestId) {
    if (error instanceof FailureException refused) {
      return refused.failure();
    }
    logger.error("request {} failed inside the gateway", requestId, error);
    return new Failure.Internal("internal error");
  }

  /** Names the place within the batch. */
  private static Failure placed(Failure failure, int index) {
    return failure instanceof Failure.InvalidRequest invalid
        ? new Failure.InvalidRequest(
            "requests[" + index + "]: " + invalid.message(),
            "requests[" + index + "]" + (invalid.param() == null ? "" : "." + invalid.param()),
            invalid.code())
        : failure;
  }

  /**
   * What is told of a request first holds. The next one starts by a task of its own, so that many
   * quick ones build no deep stack.
   */
  private void settle(int index, BatchResult result) {
    loop.execute(() -> {
      if (results[index] != null) {
        return;
      }
      results[index] = result;
      if (++finished == results.length) {
        scope.close();
        response.complete(answer());
      } else {
        startNext();
      }
    });
  }

  private HttpResponse answer() {
    ByteArrayOutputStream out = new ByteArrayOutputStream(4096);
    int succeeded = 0;
    out.writeBytes("{\"object\":\"batch\",\"results\":[".getBytes(US_ASCII));
    for (int i = 0; i < results.length; i++) {
      BatchResult result = results[i];
      if (result != null) {
        out.writeBytes((i == 0 ? "" : ",").getBytes(US_ASCII));
        out.writeBytes(result.json());
        succeeded += result.status() == 200 ? 1 : 0;
      }
    }
    String end = "],\"succeeded\":" + succeeded + ",\"failed\":" + (finished - succeeded) + "}";
    out.writeBytes(end.getBytes(US_ASCII));
    return HttpResponse.of(
        Json.headers(200, scope.requestId()).build(), HttpData.wrap(out.toByteArray()));
  }

  /** One request's end. */
  private final class ItemSink extends WholeAnswerSink {
    private final int index;
    private final DialectCodec codec;
    private final String requestId;

    ItemSink(int index, DialectCodec codec, String requestId) {
      this.index = index;
      this.codec = codec;
      this.requestId = requestId;
    }

    @Override
    public void complete(Answer answer) {
      settle(index, BatchResult.of(index, answer));
    }

    @Override
    public void fail(FailedAnswer failed) {
      settle(index, BatchResult.of(index, placed(failed.failure(), index), codec, requestId));
    }
  }
}
