package dev.fairlead.gateway;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import com.google.protobuf.util.Durations;
import dev.fairlead.common.config.ConfigSource;
import dev.fairlead.common.failure.Failure;
import dev.fairlead.common.failure.FailureStatus;
import dev.fairlead.common.rpc.LocalServer;
import dev.fairlead.telemetry.Telemetry;
import dev.fairlead.telemetry.TelemetrySettings;
import dev.fairlead.v1.AnalyzeRequest;
import dev.fairlead.v1.AnalyzeResponse;
import dev.fairlead.v1.Attempt;
import dev.fairlead.v1.AttemptResult;
import dev.fairlead.v1.AttemptStarted;
import dev.fairlead.v1.CacheHit;
import dev.fairlead.v1.CacheMiss;
import dev.fairlead.v1.CacheServiceGrpc;
import dev.fairlead.v1.CachedAnswer;
import dev.fairlead.v1.ChatDelta;
import dev.fairlead.v1.ChatResponse;
import dev.fairlead.v1.Choice;
import dev.fairlead.v1.ContentPart;
import dev.fairlead.v1.Dialect;
import dev.fairlead.v1.EmbedRequest;
import dev.fairlead.v1.EmbedResponse;
import dev.fairlead.v1.Embedding;
import dev.fairlead.v1.FailedAttempts;
import dev.fairlead.v1.FinishReason;
import dev.fairlead.v1.FlushRequest;
import dev.fairlead.v1.FlushResponse;
import dev.fairlead.v1.GenerationCall;
import dev.fairlead.v1.GenerationCompleted;
import dev.fairlead.v1.GetStatsRequest;
import dev.fairlead.v1.GetStatsResponse;
import dev.fairlead.v1.GetStatusRequest;
import dev.fairlead.v1.GetStatusResponse;
import dev.fairlead.v1.LearnRequest;
import dev.fairlead.v1.LearnResponse;
import dev.fairlead.v1.Lease;
import dev.fairlead.v1.ListModelsRequest;
import dev.fairlead.v1.ListModelsResponse;
import dev.fairlead.v1.LookupRequest;
import dev.fairlead.v1.LookupResponse;
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
import dev.fairlead.v1.ReportOutcomeRequest;
import dev.fairlead.v1.ReportOutcomeResponse;
import dev.fairlead.v1.ScorerServiceGrpc;
import dev.fairlead.v1.StoreRequest;
import dev.fairlead.v1.StoreResponse;
import dev.fairlead.v1.Tier;
import dev.fairlead.v1.Usage;
import io.grpc.Channel;
import io.grpc.Context;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A gateway in front of hand-written services whose behaviour a test sets through public fields.
 */
public final class FakeBackends implements AutoCloseable {

  static final Usage USAGE =
      Usage.newBuilder()
          .setPromptTokens(1000)
          .setCompletionTokens(100)
          .setSource(Usage.Source.SOURCE_REPORTED)
          .build();

  static final long FIRST_TOKEN_MS = 12;

  public final FakeScorer scorer = new FakeScorer();
  public final FakeCache cache = new FakeCache();
  public final FakeProvider provider = new FakeProvider();
  public final GatewayNode node;
  public final Path dataDir;
  private final List<AutoCloseable> opened = new ArrayList<>();

  public FakeBackends(String yaml) throws IOException {
    this(yaml, 0);
  }

  public FakeBackends(String yaml, int port) throws IOException {
    this(yaml, port, "bind: \"127.0.0.1\"", null);
  }

  /** A gateway with more keys of section {@code server}. */
  public FakeBackends(String yaml, int port, String server) throws IOException {
    this(yaml, port, server, null);
  }

  /** With a provider service of the test's own in the place of {@link #provider}. */
  public FakeBackends(String yaml, io.grpc.BindableService ownProvider) throws IOException {
    this(yaml, 0, "bind: \"127.0.0.1\"", ownProvider);
  }

  private FakeBackends(
      String yaml, int port, String server, io.grpc.@Nullable BindableService ownProvider)
      throws IOException {
    dataDir = Files.createTempDirectory("fairlead-test");
    ConfigSource config =
        ConfigSource.parse(
            "test",
            "server: {port: " + port + ", grpc_port: 0, " + server + "}\n" + yaml,
            Map.of("FAIRLEAD_DATA_DIR", dataDir.toString()));
    Telemetry telemetry = Telemetry.start("gateway", TelemetrySettings.defaults());
    opened.add(telemetry);
    GatewayNode.Backends backends =
        new GatewayNode.Backends(
            serve(telemetry, scorer),
            serve(telemetry, cache),
            serve(telemetry, ownProvider == null ? provider : ownProvider));
    node = GatewayNode.start(config, telemetry, backends, false);
  }

  private Channel serve(Telemetry telemetry, io.grpc.BindableService service) {
    LocalServer server = LocalServer.of(List.of(service), List.of(telemetry.serverInterceptor()));
    opened.add(server);
    return server.channel(List.of());
  }

  /** Everything as it was at the start. */
  public void reset() {
    scorer.complexity = text -> 0.1;
    scorer.away = false;
    scorer.truncated = false;
    scorer.expectedGain = 0;
    scorer.analyses.set(0);
    scorer.labels.clear();
    scorer.breakEmbeddings = response -> {};
    scorer.muteEmbeddings = false;
    cache.away = false;
    cache.mute = false;
    cache.semanticPossible = false;
    cache.semanticHit = null;
    cache.storedAt = null;
    cache.staleOnce.set(false);
    cache.stored.clear();
    cache.lookups.clear();
    cache.reports.clear();
    provider.failure = null;
    provider.failedAttempts = List.of();
    provider.bodies.clear();
    provider.streams.clear();
    provider.failMidStream = false;
    provider.reloadRefused = null;
    provider.hang = false;
    provider.live = false;
    provider.upstreams.clear();
    provider.silent = false;
    provider.finishReason = FinishReason.FINISH_REASON_STOP;
    provider.finishReasons.clear();
    provider.texts.clear();
    provider.calls.clear();
    provider.cancelled.set(0);
  }

  public String url(String path) {
    return "http://127.0.0.1:" + node.httpPort() + path;
  }

  @Override
  public void close() throws Exception {
    node.close();
    for (AutoCloseable closeable : opened.reversed()) {
      closeable.close();
    }
  }

  /** Complexity by a function of the text; or away. */
  public static final class FakeScorer extends ScorerServiceGrpc.ScorerServiceImplBase {
    public volatile Function<String, Double> complexity = text -> 0.1;
    public volatile double expectedGain;

    /** Every text is longer than the encoder's window. */
    public volatile boolean truncated;

    public volatile boolean away;

    /** Embeddings never come. */
    public volatile boolean muteEmbeddings;

    /** What is wrong with the embeddings of an answer. */
    public volatile Consumer<EmbedResponse.Builder> breakEmbeddings = response -> {};

    public final AtomicInteger analyses = new AtomicInteger();
    public final List<LearnRequest> labels = new CopyOnWriteArrayList<>();

    @Override
    public void learn(LearnRequest request, StreamObserver<LearnResponse> observer) {
      labels.add(request);
      observer.onNext(LearnResponse.newBuilder().setAccepted(true).build());
      observer.onCompleted();
    }

    @Override
    public void analyze(AnalyzeRequest request, StreamObserver<AnalyzeResponse> observer) {
      analyses.incrementAndGet();
      if (away) {
        observer.onError(Status.UNAVAILABLE.asRuntimeException());
        return;
      }
      observer.onNext(
          AnalyzeResponse.newBuilder()
              .setComplexity(complexity.apply(request.getText()))
              .setExpectedGain(expectedGain)
              .addAllEmbedding(List.of(1f, 0f))
              .setModelFingerprint("fake")
              .setTruncated(truncated)
              .build());
      observer.onCompleted();
    }

    @Override
    public void embed(EmbedRequest request, StreamObserver<EmbedResponse> observer) {
      if (muteEmbeddings) {
        return;
      }
      EmbedResponse.Builder response = EmbedResponse.newBuilder();
      for (String text : request.getTextsList()) {
        response.addEmbeddings(
            Embedding.newBuilder()
                .addValues(text.length())
                .addValues(0.5f)
                .addAllValues(Collections.nCopies(382, 0f))
                .setTokenCount(text.length()));
      }
      breakEmbeddings.accept(response);
      observer.onNext(response.build());
      observer.onCompleted();
    }
  }

  /** An exact cache of its own, without expiry. */
  public static final class FakeCache extends CacheServiceGrpc.CacheServiceImplBase {
    public volatile boolean away;
    public volatile boolean semanticPossible;
    public volatile @Nullable CacheHit semanticHit;

    /** The next exact hit is stale and carries a lease to refresh with. */
    public final AtomicBoolean staleOnce = new AtomicBoolean();

    /** When the entry of an exact hit was stored; null says nothing of it. */
    public volatile @Nullable Timestamp storedAt;

    public final Map<String, StoreRequest> stored = new ConcurrentHashMap<>();
    public final List<LookupRequest> lookups = new CopyOnWriteArrayList<>();
    public final List<ReportOutcomeRequest> reports = new CopyOnWriteArrayList<>();
    public final AtomicInteger openLeases = new AtomicInteger();
    private final Set<String> leases = ConcurrentHashMap.newKeySet();

    /** Lookups grant what they grant, but nobody hears of it. */
    public volatile boolean mute;

    @Override
    public void lookup(LookupRequest request, StreamObserver<LookupResponse> observer) {
      lookups.add(request);
      if (away) {
        observer.onError(Status.UNAVAILABLE.asRuntimeException());
        return;
      }
      LookupResponse found = find(request);
      if (mute) {
        return;
      }
      observer.onNext(found);
      observer.onCompleted();
    }

    private LookupResponse find(LookupRequest request) {
      StoreRequest entry = stored.get(key(request.getFingerprint()));
      if (entry != null) {
        CacheHit.Builder hit =
            CacheHit.newBuilder()
                .setKind(CacheHit.Kind.KIND_EXACT)
                .setEntryId("entry-1")
                .setAnswer(entry.getAnswer());
        Timestamp told = storedAt;
        if (told != null) {
          hit.setStoredAt(told);
        }
        if (request.getAcceptRefresh() && staleOnce.getAndSet(false)) {
          hit.setKind(CacheHit.Kind.KIND_STALE).setRefresh(granted(request));
        }
        return LookupResponse.newBuilder().setHit(hit).build();
      }
      CacheHit near = semanticHit;
      if (near != null && request.getEmbeddingCount() > 0) {
        return LookupResponse.newBuilder().setHit(near).build();
      }
      CacheMiss.Builder miss =
          CacheMiss.newBuilder()
              .setReason(CacheMiss.Reason.REASON_NOT_FOUND)
              .setSemanticPossible(semanticPossible && request.getSemanticEligible());
      if (request.getAcquireLease()) {
        miss.setLease(granted(request));
      }
      return LookupResponse.newBuilder().setMiss(miss).build();
    }

    private Lease.Builder granted(LookupRequest request) {
      leases.add(request.getLeaseId());
      openLeases.incrementAndGet();
      return Lease.newBuilder().setId(request.getLeaseId());
    }

    private void giveBack(String lease) {
      if (leases.remove(lease)) {
        openLeases.decrementAndGet();
      }
    }

    @Override
    public void store(StoreRequest request, StreamObserver<StoreResponse> observer) {
      giveBack(request.getLeaseId());
      stored.put(key(request.getFingerprint()), request);
      observer.onNext(StoreResponse.newBuilder().setStored(true).build());
      observer.onCompleted();
    }

    @Override
    public void reportOutcome(
        ReportOutcomeRequest request, StreamObserver<ReportOutcomeResponse> observer) {
      reports.add(request);
      if (request.hasLeaseAbandoned()) {
        giveBack(request.getLeaseAbandoned().getLeaseId());
      }
      observer.onNext(ReportOutcomeResponse.getDefaultInstance());
      observer.onCompleted();
    }

    @Override
    public void flush(FlushRequest request, StreamObserver<FlushResponse> observer) {
      int removed = stored.size();
      stored.clear();
      observer.onNext(FlushResponse.newBuilder().setRemoved(removed).build());
      observer.onCompleted();
    }

    @Override
    public void getStats(GetStatsRequest request, StreamObserver<GetStatsResponse> observer) {
      observer.onNext(
          GetStatsResponse.newBuilder().setEntries(stored.size()).setStore("memory").build());
      observer.onCompleted();
    }

    public CachedAnswer only() {
      return stored.values().iterator().next().getAnswer();
    }

    private static String key(ByteString fingerprint) {
      return HexFormat.of().formatHex(fingerprint.toByteArray());
    }
  }

  /** Three models; answers "ok" in the form of the call, or fails as told. */
  public static final class FakeProvider extends ProviderServiceGrpc.ProviderServiceImplBase {
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
      if (request.getCall().hasRaw()) {
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
        observer.onNext(
            piece.setDelta(ChatDelta.newBuilder().setFinishReason(finishReason)).build());
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
}
