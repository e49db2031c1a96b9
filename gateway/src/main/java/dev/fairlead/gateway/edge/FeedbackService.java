package dev.fairlead.gateway.edge;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.server.ServiceRequestContext;
import dev.fairlead.common.failure.Failure;
import dev.fairlead.gateway.cache.CacheClient;
import dev.fairlead.gateway.dialect.DialectCodec;
import dev.fairlead.gateway.dialect.HttpFailures;
import dev.fairlead.gateway.dialect.json.JsonTape;
import dev.fairlead.gateway.feedback.QualitySink;
import dev.fairlead.gateway.feedback.RecentAnswers;
import dev.fairlead.gateway.feedback.ServedAnswer;
import dev.fairlead.gateway.pipeline.CallScope;
import dev.fairlead.gateway.pipeline.InferencePipeline;
import dev.fairlead.v1.CacheScope;
import dev.fairlead.v1.Rating;
import dev.fairlead.v1.ReportOutcomeRequest;
import java.util.concurrent.CompletableFuture;

/**
 * {@code POST /v1/feedback}: what a caller says about an answer it got. The quality sink hears of
 * the first rating of an answer, the cache of those about its own answers. Counts against the
 * caller's limits like any other request.
 */
final class FeedbackService extends EdgeService {

  private static final int MAX_SHOWN = 100;

  private final DialectCodec errors;
  private final EdgeContext edge;
  private final InferencePipeline pipeline;
  private final RecentAnswers recent;
  private final QualitySink quality;
  private final CacheClient cache;

  FeedbackService(
      DialectCodec errors,
      EdgeContext edge,
      InferencePipeline pipeline,
      RecentAnswers recent,
      QualitySink quality,
      CacheClient cache) {
    super(errors, HttpMethod.POST);
    this.errors = errors;
    this.edge = edge;
    this.pipeline = pipeline;
    this.recent = recent;
    this.quality = quality;
    this.cache = cache;
  }

  @Override
  HttpResponse handle(ServiceRequestContext context, RequestHeaders headers, byte[] body) {
    FeedbackBody feedback = FeedbackBody.read(body);
    CallScope scope = edge.open(context);
    CompletableFuture<HttpResponse> response = new CompletableFuture<>();
    pipeline.admit(
        scope,
        0,
        pass -> {
          // What the cache is told must outlive the request.
          scope.runDetached(() -> response.complete(admitted(context, feedback)));
          scope.close();
        },
        refusal -> {
          scope.close();
          response.complete(FailureResponses.of(refusal, errors, scope.requestId()));
        });
    return EdgeContext.cancelling(context, scope, HttpResponse.of(response));
  }

  private HttpResponse admitted(ServiceRequestContext context, FeedbackBody feedback) {
    try {
      return rated(context, feedback);
    } catch (RuntimeException e) {
      return failed(context, e);
    }
  }

  private HttpResponse rated(ServiceRequestContext context, FeedbackBody feedback) {
    RecentAnswers.Known known =
        recent
            .rate(feedback.requestId(), EdgeContext.principal(context).tenant(), feedback.quality())
            .orElseThrow(() -> unknown(feedback.requestId()));
    ServedAnswer answer = known.answer();
    Double earlier = known.rating();
    if (earlier == null) {
      tell(answer, feedback);
    } else if (earlier != feedback.quality()) {
      throw Failure.InvalidRequest.of(
              "rating", "rating: the answer has another one (expected: one rating an answer)")
          .asException();
    }
    ObjectNode node = Json.object();
    node.put("request_id", answer.requestId());
    node.put("model", answer.modelId());
    node.put("quality", feedback.quality());
    node.put("from_cache", answer.scope() != null);
    return Json.response(200, EdgeContext.requestId(context), node);
  }

  private void tell(ServedAnswer answer, FeedbackBody feedback) {
    quality.rated(answer, feedback.quality());
    CacheScope scope = answer.scope();
    if (scope != null) {
      Rating rating =
          Rating.newBuilder()
              .setScope(scope)
              .setEntryId(answer.entryId())
              .setCorrect(feedback.correct())
              .setRequestId(answer.requestId())
              .setFingerprint(answer.fingerprint())
              .build();
      cache.report(ReportOutcomeRequest.newBuilder().setRating(rating).build());
    }
  }

  private static RuntimeException unknown(String requestId) {
    String safe = JsonTape.printable(requestId);
    String shown = safe.length() <= MAX_SHOWN ? safe : safe.substring(0, MAX_SHOWN) + "...";
    return new Failure.InvalidRequest(
            "request_id: "
                + shown
                + " is not known (expected: the X-Request-ID of a recent answer)",
            "request_id",
            HttpFailures.REQUEST_NOT_FOUND)
        .asException();
  }
}
