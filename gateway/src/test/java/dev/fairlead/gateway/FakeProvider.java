package dev.fairlead.gateway;

import com.google.protobuf.ByteString;
import com.google.protobuf.util.Durations;
import dev.fairlead.common.failure.Failure;
import dev.fairlead.common.failure.FailureStatus;
import dev.fairlead.v1.Attempt;
import dev.fairlead.v1.AttemptResult;
import dev.fairlead.v1.AttemptStarted;
import dev.fairlead.v1.ChatDelta;
import dev.fairlead.v1.ChatResponse;
import dev.fairlead.v1.Choice;
import dev.fairlead.v1.ContentPart;
import dev.fairlead.v1.Dialect;
import dev.fairlead.v1.FailedAttempts;
import dev.fairlead.v1.FinishReason;
import dev.fairlead.v1.GenerationCall;
import dev.fairlead.v1.GenerationCompleted;
import dev.fairlead.v1.GetStatusRequest;
import dev.fairlead.v1.GetStatusResponse;
import dev.fairlead.v1.ListModelsRequest;
import dev.fairlead.v1.ListModelsResponse;
import dev.fairlead.v1.Message;
import dev.fairlead.v1.Model;
import dev.fairlead.v1.ProviderServiceGenerateRequest;
import dev.fairlead.v1.ProviderServiceGenerateResponse;
import dev.fairlead.v1.ProviderServiceGrpc;
import dev.fairlead.v1.ProviderServiceStreamGenerateRequest;
import dev.fairlead.v1.ProviderServiceStreamGenerateResponse;
import dev.fairlead.v1.RawAnswer;
import dev.fairlead.v1.RawEvents;
import dev.fairlead.v1.ReloadRequest;
import dev.fairlead.v1.ReloadResponse;
import dev.fairlead.v1.Tier;
import dev.fairlead.v1.Usage;
import io.grpc.Context;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Three models; answers "ok" in the form of the call, or fails as told. */
public final class FakeProvider extends ProviderServiceGrpc.ProviderServiceImplBase {
  static final Usage USAGE =
      Usage.newBuilder()
          .setPromptTokens(1000)
          .setCompletionTokens(100)
          .setSource(Usage.Source.SOURCE_REPORTED)
          .build();

  static final long FIRST_TOKEN_MS = 12;

  public static final String BODY =
      "{\"id\":\"c1\",\"object\":\"chat.completion\",\"created\":1,\"model\":\"up\",\"choices\":[{\"index\":0,"
          + "\"message\":{\"role\":\"assistant\",\"content\":\"ok\"},\"finish_reason\":\"stop\"}],"
          + "\"usage\":{\"prompt_tokens\":1000,\"completion_tokens\":100,\"total_tokens\":1100}}";

  /** Answers of dialects other than chat, whole and as the events before any terminator. */
  public final Map<Dialect, String> bodies = new ConcurrentHashMap<>();

  public final Map<Dialect, List<String>> streams = new ConcurrentHashMap<>();
  public volatile @Nullable Failure failure;
  public volatile List<Attempt> failedAttempts = List.of();
  public volatile @Nullable String reloadRefused;
  public volatile boolean failMidStream;
  public volatile boolean hang;

  /** Raw requests that hold this text are answered without a body; null for none. */
  public volatile @Nullable String bodyless;

  /** Accepts a stream and never says anything. */
  public volatile boolean silent;

  /** Hands streams over to the test. */
  public volatile boolean live;

  /** Streams that the test writes, in the order of their calls. */
  public final List<LiveUpstream> upstreams = new CopyOnWriteArrayList<>();

  /** What models say, by id; others say ok. */
  public final Map<String, String> texts = new ConcurrentHashMap<>();

  /** How models end what they say, by id; others as {@link #finishReason}. */
  public final Map<String, FinishReason> finishReasons = new ConcurrentHashMap<>();

  public volatile FinishReason finishReason = FinishReason.FINISH_REASON_STOP;
  public final List<GenerationCall> calls = new CopyOnWriteArrayList<>();
  public final AtomicInteger cancelled = new AtomicInteger();

  /** The catalogue; a change wants another version. */
  public volatile ListModelsResponse models =
      ListModelsResponse.newBuilder()
          .setVersion(1)
          .addModels(model("small", Tier.TIER_CHEAP, 150_000_000L))
          .addModels(model("medium", Tier.TIER_STANDARD, 1_000_000_000L))
          .addModels(model("large", Tier.TIER_QUALITY, 2_500_000_000L).addCapabilities("tools"))
          .build();

  @Override
  public void listModels(ListModelsRequest request, StreamObserver<ListModelsResponse> observer) {
    observer.onNext(models);
    observer.onCompleted();
  }

  private static Model.Builder model(String id, Tier tier, long input) {
    return Model.newBuilder()
        .setId(id)
        .setProvider("fake")
        .setUpstream(id)
        .setTier(tier)
        .setInputNanoUsdPerMillion(input)
        .setOutputNanoUsdPerMillion(input * 4)
        .setContextWindow(100_000);
  }

  @Override
  public void reload(ReloadRequest request, StreamObserver<ReloadResponse> observer) {
    String refused = reloadRefused;
    if (refused != null) {
      observer.onError(Status.FAILED_PRECONDITION.withDescription(refused).asRuntimeException());
      return;
    }
    observer.onNext(
        ReloadResponse.newBuilder().setVersion(2).setModels(3).addWarnings("no price").build());
    observer.onCompleted();
  }

  @Override
  public void getStatus(GetStatusRequest request, StreamObserver<GetStatusResponse> observer) {
    observer.onNext(GetStatusResponse.getDefaultInstance());
    observer.onCompleted();
  }

  @Override
  public void generate(
      ProviderServiceGenerateRequest request,
      StreamObserver<ProviderServiceGenerateResponse> observer) {
    calls.add(request.getCall());
    if (!answers(observer)) {
      return;
    }
    ProviderServiceGenerateResponse.Builder response =
        ProviderServiceGenerateResponse.newBuilder().setCompleted(completed(request.getCall()));
    String forgotten = bodyless;
    if (forgotten != null
        && request.getCall().getRaw().getBody().toStringUtf8().contains(forgotten)) {
      response.clearRaw();
    } else if (request.getCall().hasRaw()) {
      response.setRaw(
          RawAnswer.newBuilder()
              .setDialect(request.getCall().getRaw().getDialect())
              .setBody(
                  ByteString.copyFromUtf8(
                      bodies.getOrDefault(request.getCall().getRaw().getDialect(), BODY))));
    } else {
      Message message =
          Message.newBuilder()
              .setRole(Message.Role.ROLE_ASSISTANT)
              .addContent(ContentPart.newBuilder().setText("ok"))
              .build();
      response.setChat(
          ChatResponse.newBuilder()
              .setId("c1")
              .addChoices(Choice.newBuilder().setMessage(message).setFinishReason(finishReason)));
    }
    observer.onNext(response.build());
    observer.onCompleted();
  }

  private boolean answers(StreamObserver<?> observer) {
    Failure told = failure;
    if (told != null) {
      observer.onError(
          FailureStatus.toStatus(
              told, FailedAttempts.newBuilder().addAllAttempts(failedAttempts).build()));
      return false;
    }
    if (hang) {
      Context.current().addListener(context -> cancelled.incrementAndGet(), Runnable::run);
      return false;
    }
    return true;
  }

  @Override
  public void streamGenerate(
      ProviderServiceStreamGenerateRequest request,
      StreamObserver<ProviderServiceStreamGenerateResponse> observer) {
    calls.add(request.getCall());
    if (live) {
      LiveUpstream upstream = new LiveUpstream(request.getCall(), observer);
      upstream.start();
      upstreams.add(upstream);
      return;
    }
    if (failure != null && !failMidStream) {
      observer.onError(FailureStatus.toStatus(failure));
      return;
    }
    if (silent) {
      Context.current().addListener(context -> cancelled.incrementAndGet(), Runnable::run);
      return;
    }
    observer.onNext(
        ProviderServiceStreamGenerateResponse.newBuilder()
            .setAttemptStarted(
                AttemptStarted.newBuilder()
                    .setNumber(1)
                    .setModelId(request.getCall().getModelIds(0)))
            .build());
    List<String> told = streams.get(request.getCall().getRaw().getDialect());
    if (told != null && !failMidStream && !hang) {
      told.forEach(sse -> observer.onNext(scripted(request.getCall(), sse)));
      observer.onNext(
          ProviderServiceStreamGenerateResponse.newBuilder()
              .setCompleted(completed(request.getCall()))
              .build());
      observer.onCompleted();
      return;
    }
    content(request.getCall(), observer, "o");
    if (failMidStream) {
      observer.onError(
          FailureStatus.toStatus(new Failure.UpstreamMalformed("the upstream cut its answer")));
      return;
    }
    if (hang) {
      Context.current().addListener(context -> cancelled.incrementAndGet(), Runnable::run);
      return;
    }
    content(request.getCall(), observer, "k");
    finish(request.getCall(), observer);
  }

  private static ProviderServiceStreamGenerateResponse scripted(GenerationCall call, String sse) {
    return ProviderServiceStreamGenerateResponse.newBuilder()
        .setEvents(
            RawEvents.newBuilder()
                .setDialect(call.getRaw().getDialect())
                .setSse(ByteString.copyFromUtf8(sse))
                .setKind(RawEvents.Kind.KIND_CONTENT)
                .setContentEvents(1))
        .build();
  }

  private void content(
      GenerationCall call,
      StreamObserver<ProviderServiceStreamGenerateResponse> observer,
      String text) {
    ProviderServiceStreamGenerateResponse.Builder piece =
        ProviderServiceStreamGenerateResponse.newBuilder();
    if (call.hasRaw()) {
      String json = "{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"" + text + "\"}}]}";
      piece.setEvents(events("data: " + json + "\n\n", RawEvents.Kind.KIND_CONTENT));
    } else {
      piece.setDelta(ChatDelta.newBuilder().setText(text));
    }
    observer.onNext(piece.build());
  }

  private void finish(
      GenerationCall call, StreamObserver<ProviderServiceStreamGenerateResponse> observer) {
    ProviderServiceStreamGenerateResponse.Builder piece =
        ProviderServiceStreamGenerateResponse.newBuilder();
    if (call.hasRaw()) {
      String end =
          "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n";
      observer.onNext(piece.setEvents(events(end, RawEvents.Kind.KIND_CONTROL)).build());
      String usage =
          "data:"
              + " {\"choices\":[],\"usage\":{\"prompt_tokens\":1000,\"completion_tokens\":100}}\n\n";
      observer.onNext(piece.setEvents(events(usage, RawEvents.Kind.KIND_USAGE)).build());
    } else {
      observer.onNext(piece.setDelta(ChatDelta.newBuilder().setFinishReason(finishReason)).build());
    }
    observer.onNext(
        ProviderServiceStreamGenerateResponse.newBuilder().setCompleted(streamed(call)).build());
    observer.onCompleted();
  }

  /** What the provider service would have measured of the stream. */
  private GenerationCompleted streamed(GenerationCall call) {
    GenerationCompleted.Builder completed = completed(call).toBuilder();
    completed
        .getAttemptsBuilder(0)
        .setLatency(Durations.fromMillis(200))
        .setTimeToFirstToken(Durations.fromMillis(FIRST_TOKEN_MS));
    return completed.build();
  }

  private static RawEvents events(String sse, RawEvents.Kind kind) {
    return RawEvents.newBuilder()
        .setDialect(Dialect.DIALECT_OPENAI_CHAT)
        .setSse(ByteString.copyFromUtf8(sse))
        .setKind(kind)
        .setContentEvents(kind == RawEvents.Kind.KIND_CONTENT ? 1 : 0)
        .build();
  }

  private GenerationCompleted completed(GenerationCall call) {
    return GenerationCompleted.newBuilder()
        .setModelId(call.getModelIds(0))
        .setProvider("fake")
        .setUsage(USAGE)
        .setFinishReason(finishReasons.getOrDefault(call.getModelIds(0), finishReason))
        .setText(texts.getOrDefault(call.getModelIds(0), "ok"))
        .addAttempts(
            Attempt.newBuilder()
                .setNumber(1)
                .setModelId(call.getModelIds(0))
                .setResult(AttemptResult.ATTEMPT_RESULT_SUCCESS))
        .build();
  }
}
