package dev.fairlead.gateway.pipeline;

import com.google.protobuf.ByteString;
import dev.fairlead.common.failure.Failure;
import dev.fairlead.v1.Attempt;
import dev.fairlead.v1.ChatDelta;
import dev.fairlead.v1.Dialect;
import dev.fairlead.v1.GenerationCompleted;
import dev.fairlead.v1.ProviderServiceStreamGenerateRequest;
import dev.fairlead.v1.ProviderServiceStreamGenerateResponse;
import dev.fairlead.v1.RawEventStream;
import dev.fairlead.v1.RawEvents;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A streamed answer on its way through: one message is asked of the provider service at a time, and
 * the next only when the sink can take it, so that a slow reader slows the vendor down instead of
 * filling memory. Keeps at most {@code limits.max_cached_bytes} of it, for the cache, and to count
 * what a stream that is cut has said.
 */
final class StreamedGeneration
    implements ClientResponseObserver<
        ProviderServiceStreamGenerateRequest, ProviderServiceStreamGenerateResponse> {

  private final Generation generation;
  private final InferenceCall call;
  private final List<Attempt> attempts = new ArrayList<>();
  private final List<ChatDelta> deltas = new ArrayList<>();
  private @Nullable ClientCallStreamObserver<ProviderServiceStreamGenerateRequest> upstream;
  private @Nullable GenerationCompleted completed;
  private @Nullable AnswerHead head;
  private ByteString kept = ByteString.EMPTY;
  private ByteString usageEvent = ByteString.EMPTY;
  private boolean keeping;
  private Dialect dialect = Dialect.DIALECT_UNSPECIFIED;
  private String modelId;
  private int attemptNumber = 1;
  private List<String> droppedFields = List.of();
  private Map<String, String> vendorHeaders = Map.of();
  private long contentEvents;
  private long firstContentNanos;
  private long lastContentNanos;

  StreamedGeneration(Generation generation) {
    this.generation = generation;
    this.call = generation.call;
    this.keeping = true;
    this.modelId = generation.decision.first().id();
  }

  @Override
  public void beforeStart(ClientCallStreamObserver<ProviderServiceStreamGenerateRequest> stream) {
    upstream = stream;
    stream.disableAutoRequestWithInitial(1);
  }

  @Override
  public void onNext(ProviderServiceStreamGenerateResponse message) {
    call.step(() -> take(message));
  }

  private void take(ProviderServiceStreamGenerateResponse message) {
    if (message.getResponseHeadersCount() > 0) {
      vendorHeaders = message.getResponseHeadersMap();
    }
    switch (message.getEventCase()) {
      case ATTEMPT_STARTED -> {
        modelId = message.getAttemptStarted().getModelId();
        attemptNumber = message.getAttemptStarted().getNumber();
        droppedFields = message.getAttemptStarted().getDroppedFieldsList();
      }
      case ATTEMPT_ENDED -> attempts.add(message.getAttemptEnded());
      case EVENTS -> events(message.getEvents());
      case DELTA -> delta(message.getDelta());
      case COMPLETED -> completed = message.getCompleted();
      case EVENT_NOT_SET -> {}
    }
    ClientCallStreamObserver<ProviderServiceStreamGenerateRequest> stream = upstream;
    if (stream != null) {
      call.sink.whenReady(() -> stream.request(1));
    }
  }

  private void events(RawEvents events) {
    dialect = events.getDialect();
    if (events.getKind() == RawEvents.Kind.KIND_USAGE) {
      usageEvent = events.getSse();
      return;
    }
    begin();
    if (events.getContentEvents() > 0) {
      content(events.getContentEvents());
    }
    keep(events.getSse());
    call.sink.piece(new StreamPiece.Events(events.getSse()));
  }

  private void delta(ChatDelta delta) {
    begin();
    if (delta.getDeltaCase() != ChatDelta.DeltaCase.FINISH_REASON) {
      content(1);
    }
    if (keeping) {
      deltas.add(delta);
      keep(ByteString.EMPTY);
    }
    call.sink.piece(new StreamPiece.Delta(delta));
  }

  private void begin() {
    if (head == null) {
      long overhead = generation.upstreamStartNanos - call.scope.startNanos();
      AnswerHead begun =
          generation.head(modelId, attempts.size() + 1, overhead, droppedFields, vendorHeaders);
      head = begun;
      call.sink.begin(begun);
    }
  }

  private void content(int events) {
    long now = call.scope.elapsedNanos();
    if (contentEvents == 0) {
      firstContentNanos = now;
      call.pipeline.metrics.firstToken(modelId, now);
    } else {
      call.pipeline.metrics.interToken(modelId, (now - lastContentNanos) / events);
    }
    lastContentNanos = now;
    contentEvents += events;
  }

  private void keep(ByteString sse) {
    if (keeping) {
      kept = kept.concat(sse);
      if (kept.size() > call.pipeline.limits.maxCachedBytes()
          || deltas.size() > call.pipeline.limits.maxCachedBytes() / 64) {
        keeping = false;
        kept = ByteString.EMPTY;
        deltas.clear();
      }
    }
  }

  @Override
  public void onError(Throwable error) {
    call.scope.run(() -> call.step(() -> generation.failed(error, heard())));
  }

  private Heard heard() {
    return new Heard(
        modelId,
        attemptNumber,
        attempts,
        contentEvents,
        () -> kept.isEmpty() ? StreamedText.of(deltas) : StreamedText.of(kept));
  }

  @Override
  public void onCompleted() {
    call.scope.run(() -> call.step(this::finish));
  }

  private void finish() {
    GenerationCompleted end = completed;
    if (end == null) {
      generation.chargeCut(attempts, heard());
      throw new Failure.UpstreamMalformed("the answer ended without saying so").asException();
    }
    begin();
    Settlement settlement =
        generation.settle(
            end, contentEvents > 0 ? OptionalLong.of(firstContentNanos) : OptionalLong.empty());
    AnswerHead begun =
        head == null
            ? generation.head(modelId, attempts.size(), 0, droppedFields, vendorHeaders)
            : head;
    Answer answer =
        new Answer(begun, settlement, null, null, usageEvent, end.getResponseHeadersMap(), null);
    CacheWrite write = new CacheWrite(call, end, settlement);
    if (keeping && !kept.isEmpty()) {
      write.events(
          RawEventStream.newBuilder()
              .setDialect(dialect)
              .setSse(kept)
              .setUsageSse(usageEvent)
              .build());
    } else if (keeping && !deltas.isEmpty()) {
      write.chat(TypedAnswers.toResponse(begun.requestId(), deltas));
    }
    call.pipeline.shadows.consider(generation, end, settlement);
    write.then(() -> call.complete(answer));
  }
}
