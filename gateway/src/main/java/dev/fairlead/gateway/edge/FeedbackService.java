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
import dev.fairlead.v1.CacheScope;
import dev.fairlead.v1.Rating;
import dev.fairlead.v1.ReportOutcomeRequest;

/**
 * {@code POST /v1/feedback}: what a caller says about an answer it got. The quality sink hears of
 * every rating, the cache of those about its own answers.
 */
final class FeedbackService extends EdgeService {

  private static final int MAX_SHOWN = 100;

  private final RecentAnswers recent;
  private final QualitySink quality;
  private final CacheClient cache;

  FeedbackService(
      DialectCodec errors, RecentAnswers recent, QualitySink quality, CacheClient cache) {
    super(errors, HttpMethod.POST);
    this.recent = recent;
    this.quality = quality;
    this.cache = cache;
  }

  @Override
  HttpResponse handle(ServiceRequestContext context, RequestHeaders headers, byte[] body) {
    FeedbackBody feedback = FeedbackBody.read(body);
    ServedAnswer answer =
        recent
            .find(feedback.requestId(), EdgeContext.principal(context).tenant())
            .orElseThrow(() -> unknown(feedback.requestId()));
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
    ObjectNode node = Json.object();
    node.put("request_id", answer.requestId());
    node.put("model", answer.modelId());
    node.put("quality", feedback.quality());
    node.put("from_cache", scope != null);
    return Json.response(200, EdgeContext.requestId(context), node);
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
