package dev.fairlead.gateway.pipeline;

import dev.fairlead.gateway.cache.CacheKey;
import dev.fairlead.gateway.dialect.CacheControl;
import dev.fairlead.v1.AnalyzeResponse;
import dev.fairlead.v1.CacheMiss;
import dev.fairlead.v1.CachedAnswer;
import dev.fairlead.v1.ChatResponse;
import dev.fairlead.v1.FinishReason;
import dev.fairlead.v1.GenerationCompleted;
import dev.fairlead.v1.RawAnswer;
import dev.fairlead.v1.RawEventStream;
import dev.fairlead.v1.StoreRequest;

/**
 * The way of a fresh answer into the cache. Only what finished cleanly and without tools is kept;
 * whatever is not gives its lease back. The answer's last byte waits for the store, so that whoever
 * has read it can be answered from the cache.
 */
final class CacheWrite {

  private final InferenceCall call;
  private final GenerationCompleted completed;
  private final CachedAnswer.Builder answer = CachedAnswer.newBuilder();
  private boolean hasForm;

  CacheWrite(InferenceCall call, GenerationCompleted completed, Settlement settlement) {
    this.call = call;
    this.completed = completed;
    answer
        .setModelId(completed.getModelId())
        .setUsage(Usages.toProto(settlement.usage()))
        .setFinishReason(completed.getFinishReason())
        .setText(completed.getText());
    call.complexity().ifPresent(answer::setComplexity);
  }

  void raw(RawAnswer raw) {
    hasForm = raw.getBody().size() <= call.pipeline.limits.maxCachedBytes();
    answer.setRaw(raw);
  }

  void events(RawEventStream events) {
    hasForm = true;
    answer.setEvents(events);
  }

  void chat(ChatResponse chat) {
    hasForm = chat.getSerializedSize() <= call.pipeline.limits.maxCachedBytes();
    answer.setChat(chat);
  }

  /**
   * Stores if the answer may be stored, then runs {@code done}; at the latest after the cache's
   * time-box.
   */
  void then(Runnable done) {
    boolean clean = completed.getFinishReason() == FinishReason.FINISH_REASON_STOP;
    if (clean) {
      compareWithNeighbour();
    }
    if (!clean || !hasForm || !call.mayStore) {
      call.releaseLease();
      done.run();
      return;
    }
    CacheKey key = call.cacheKey();
    StoreRequest.Builder store =
        StoreRequest.newBuilder()
            .setScope(key.scope())
            .setFingerprint(key.fingerprint())
            .setText(call.request.facts().lastUserText())
            .setAnswer(answer)
            .setLeaseId(call.leaseId)
            .addAllTags(call.request.controls().tags())
            .setRequestId(call.scope.requestId());
    store.setWrittenBy(call.scope.principal().keyId());
    CacheControl control = call.request.controls().cacheControl();
    if (control != null && control.ttl() != null) {
      store.setTtl(
          com.google.protobuf.Duration.newBuilder()
              .setSeconds(control.ttl().getSeconds())
              .setNanos(control.ttl().getNano()));
    }
    AnalyzeResponse analysis = call.analysis;
    if (analysis != null && CacheQuestion.usableEmbedding(call.request, analysis)) {
      store
          .addAllEmbedding(analysis.getEmbeddingList())
          .setModelFingerprint(analysis.getModelFingerprint());
    }
    call.leaseId = "";
    call.scope.steps().begin(StepTimes.Step.STORE);
    call.pipeline.cache.store(store.build(), () -> call.step(done));
  }

  private void compareWithNeighbour() {
    CacheMiss miss = call.miss;
    if (miss != null && miss.hasNeighbour() && !completed.getText().isEmpty()) {
      call.scope.runDetached(() ->
          call.pipeline.cache.report(
              Reports.freshAnswer(call.cacheKey(), miss.getNeighbour(), completed.getText())));
    }
  }
}
