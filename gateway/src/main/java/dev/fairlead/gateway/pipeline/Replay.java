package dev.fairlead.gateway.pipeline;

import com.google.protobuf.ByteString;
import dev.fairlead.catalog.TokenUsage;
import dev.fairlead.common.failure.Failure;
import dev.fairlead.gateway.dialect.CachedReplay;
import dev.fairlead.v1.CacheHit;
import dev.fairlead.v1.CachedAnswer;
import dev.fairlead.v1.ChatDelta;
import dev.fairlead.v1.ChatResponse;
import dev.fairlead.v1.RawAnswer;
import dev.fairlead.v1.RawEventStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A stored answer told again, in the form and the way the request wants, whichever it was stored
 * in.
 */
final class Replay {

  private final InferenceCall call;
  private final Answer answer;
  private final @Nullable ByteString events;
  private final List<ChatDelta> deltas;

  private Replay(
      InferenceCall call, Answer answer, @Nullable ByteString events, List<ChatDelta> deltas) {
    this.call = call;
    this.answer = answer;
    this.events = events;
    this.deltas = deltas;
  }

  /**
   * Prepares a replay.
   *
   * @throws dev.fairlead.common.failure.FailureException when the stored answer cannot be told in
   *     the wanted form
   */
  static Replay of(InferenceCall call, CacheHit hit) {
    CachedAnswer stored = hit.getAnswer();
    boolean stream = call.request.facts().stream();
    return switch (call.request.form()) {
      case Form.Raw raw -> {
        if (stream) {
          RawEventStream events =
              stored.hasEvents()
                  ? stored.getEvents()
                  : raw.codec().toEvents(requireRaw(stored), CachedReplay.AS_STORED);
          Answer answer = answer(call, hit, null, null, events.getUsageSse());
          yield new Replay(call, answer, events.getSse(), List.of());
        }
        RawAnswer complete =
            stored.hasRaw() ? stored.getRaw() : raw.codec().toComplete(requireEvents(stored));
        yield new Replay(
            call, answer(call, hit, complete, null, ByteString.EMPTY), null, List.of());
      }
      case Form.Typed typed -> {
        ChatResponse chat = requireChat(stored);
        Answer answer = answer(call, hit, null, stream ? null : chat, ByteString.EMPTY);
        yield new Replay(call, answer, null, stream ? TypedAnswers.toDeltas(chat) : List.of());
      }
    };
  }

  /** Gives the answer to the sink, at once or at the configured pace. Does not block. */
  void deliver() {
    call.cacheUse = answer.head().cache();
    if (events == null && deltas.isEmpty()) {
      end();
      return;
    }
    call.sink.begin(answer.head());
    long wholeNanos = paceNanos();
    List<StreamPiece> pieces = pieces(wholeNanos > 0);
    if (wholeNanos > 0 && pieces.size() > 1) {
      new PacedReplay(call, pieces, Math.max(1, wholeNanos / pieces.size()), this::end).start();
    } else {
      pieces.forEach(call.sink::piece);
      end();
    }
  }

  private List<StreamPiece> pieces(boolean eachByItself) {
    ByteString sse = events;
    List<StreamPiece> pieces = new ArrayList<>();
    if (sse != null) {
      pieces.addAll(eachByItself ? PacedReplay.events(sse) : List.of(new StreamPiece.Events(sse)));
    }
    deltas.forEach(delta -> pieces.add(new StreamPiece.Delta(delta)));
    return pieces;
  }

  /** How long the answer would take at the configured pace; 0 when it is to be told at once. */
  private long paceNanos() {
    double rate = call.pipeline.replayTokensPerSecond;
    return rate <= 0
        ? 0
        : (long) (answer.settlement().usage().completionTokens() / rate * 1_000_000_000L);
  }

  private void end() {
    call.releaseLease();
    call.complete(answer);
  }

  private static Answer answer(
      InferenceCall call,
      CacheHit hit,
      @Nullable RawAnswer raw,
      @Nullable ChatResponse chat,
      ByteString usageEvent) {
    CachedAnswer stored = hit.getAnswer();
    CacheUse use = use(hit.getKind());
    TokenUsage usage = Usages.fromProto(stored.getUsage());
    Settlement settlement =
        new Settlement(
            usage,
            0,
            0,
            call.savedNanoUsd(usage, 0),
            stored.getFinishReason(),
            List.of(),
            call.scope.elapsedNanos(),
            OptionalLong.empty(),
            null,
            null);
    AnswerHead head =
        new AnswerHead(
            call.scope.requestId(),
            stored.getModelId(),
            call.policyLabel(),
            "cache_" + use.label(),
            stored.hasComplexity() ? OptionalDouble.of(stored.getComplexity()) : call.complexity(),
            use,
            use == CacheUse.SEMANTIC
                ? OptionalDouble.of(hit.getSimilarity())
                : OptionalDouble.empty(),
            ageSeconds(hit, Instant.now()),
            0,
            call.scope.elapsedNanos(),
            null,
            List.of(),
            settlement,
            Map.of());
    return new Answer(
        head,
        settlement,
        raw,
        chat,
        usageEvent,
        Map.of(),
        hit.getEntryId().isEmpty()
            ? null
            : new ServedEntry(
                call.cacheKey().scope(), hit.getEntryId(), call.cacheKey().fingerprint()));
  }

  /** Clocks of two machines differ: what seems to come from the future has no age yet. */
  static OptionalLong ageSeconds(CacheHit hit, Instant now) {
    return hit.hasStoredAt()
        ? OptionalLong.of(Math.max(0, now.getEpochSecond() - hit.getStoredAt().getSeconds()))
        : OptionalLong.empty();
  }

  /** What a hit of a kind is called. */
  static CacheUse use(CacheHit.Kind kind) {
    return switch (kind) {
      case KIND_SEMANTIC -> CacheUse.SEMANTIC;
      case KIND_COALESCED -> CacheUse.COALESCED;
      case KIND_STALE -> CacheUse.STALE;
      case KIND_EXACT, KIND_UNSPECIFIED, UNRECOGNIZED -> CacheUse.HIT;
    };
  }

  private static RawAnswer requireRaw(CachedAnswer stored) {
    if (!stored.hasRaw()) {
      throw unusable();
    }
    return stored.getRaw();
  }

  private static RawEventStream requireEvents(CachedAnswer stored) {
    if (!stored.hasEvents()) {
      throw unusable();
    }
    return stored.getEvents();
  }

  private static ChatResponse requireChat(CachedAnswer stored) {
    if (!stored.hasChat()) {
      throw unusable();
    }
    return stored.getChat();
  }

  private static RuntimeException unusable() {
    return new Failure.UpstreamMalformed("the stored answer is in another form").asException();
  }
}
