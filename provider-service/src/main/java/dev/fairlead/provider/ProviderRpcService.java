package dev.fairlead.provider;

import dev.fairlead.catalog.ModelSpec;
import dev.fairlead.common.config.ConfigException;
import dev.fairlead.common.failure.Failure;
import dev.fairlead.common.failure.FailureException;
import dev.fairlead.common.failure.FailureStatus;
import dev.fairlead.provider.call.RequestForm;
import dev.fairlead.provider.generation.Candidate;
import dev.fairlead.provider.generation.Generation;
import dev.fairlead.provider.generation.GenerationListener;
import dev.fairlead.provider.generation.GenerationRequest;
import dev.fairlead.provider.registry.ProviderRegistry;
import dev.fairlead.provider.registry.ProviderStack;
import dev.fairlead.provider.registry.Snapshot;
import dev.fairlead.provider.resilience.RetryPolicy;
import dev.fairlead.provider.resilience.TimeSource;
import dev.fairlead.v1.Dialect;
import dev.fairlead.v1.GenerationCall;
import dev.fairlead.v1.GetStatusRequest;
import dev.fairlead.v1.GetStatusResponse;
import dev.fairlead.v1.ListModelsRequest;
import dev.fairlead.v1.ListModelsResponse;
import dev.fairlead.v1.ProviderServiceGenerateRequest;
import dev.fairlead.v1.ProviderServiceGenerateResponse;
import dev.fairlead.v1.ProviderServiceGrpc.ProviderServiceImplBase;
import dev.fairlead.v1.ProviderServiceStreamGenerateRequest;
import dev.fairlead.v1.ProviderServiceStreamGenerateResponse;
import dev.fairlead.v1.ReloadRequest;
import dev.fairlead.v1.ReloadResponse;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The gRPC entry: contracts in, contracts out. Handlers never block; a reload reads its file on a
 * thread of its own.
 */
final class ProviderRpcService extends ProviderServiceImplBase {

  private static final Logger logger = LoggerFactory.getLogger(ProviderRpcService.class);
  private static final int MOST_CANDIDATES = 32;
  private static final int LONGEST_NAME_IN_MESSAGE = 200;

  private final ProviderRegistry registry;
  private final TimeSource time;

  /** When the configuration was read last, or was to be, in milliseconds since 1970. */
  private final AtomicLong readAt = new AtomicLong(System.currentTimeMillis());

  ProviderRpcService(ProviderRegistry registry, TimeSource time) {
    this.registry = registry;
    this.time = time;
  }

  boolean hasModels() {
    return !registry.current().catalog().models().isEmpty();
  }

  @Override
  public void generate(
      ProviderServiceGenerateRequest request,
      StreamObserver<ProviderServiceGenerateResponse> responses) {
    var observer = (ServerCallStreamObserver<ProviderServiceGenerateResponse>) responses;
    start(request.getCall(), false, observer, new UnaryAnswer(observer));
  }

  @Override
  public void streamGenerate(
      ProviderServiceStreamGenerateRequest request,
      StreamObserver<ProviderServiceStreamGenerateResponse> responses) {
    var observer = (ServerCallStreamObserver<ProviderServiceStreamGenerateResponse>) responses;
    start(request.getCall(), true, observer, new StreamingAnswer(observer));
  }

  @Override
  public void listModels(ListModelsRequest request, StreamObserver<ListModelsResponse> responses) {
    long read = readAt.get();
    if (request.getReloadAt() > read && readAt.compareAndSet(read, request.getReloadAt())) {
      Thread.ofVirtual().name("provider-reload").start(this::followReload);
    }
    responses.onNext(ProviderMessages.models(registry.current().catalog(), request));
    responses.onCompleted();
  }

  @Override
  public void getStatus(GetStatusRequest request, StreamObserver<GetStatusResponse> responses) {
    responses.onNext(ProviderMessages.status(registry.current()));
    responses.onCompleted();
  }

  @Override
  public void reload(ReloadRequest request, StreamObserver<ReloadResponse> responses) {
    Thread.ofVirtual().name("provider-reload").start(() -> reload(responses));
  }

  /** Another replica was told to. */
  private void followReload() {
    try {
      registry.reload();
    } catch (ConfigException e) {
      logger.warn("the configuration stays as it is: {}", e.getMessage());
    } catch (RuntimeException | Error e) {
      logger.error("the configuration stays as it is", e);
    }
  }

  private void reload(StreamObserver<ReloadResponse> responses) {
    readAt.accumulateAndGet(System.currentTimeMillis(), Math::max);
    try {
      Snapshot snapshot = registry.reload();
      responses.onNext(
          ReloadResponse.newBuilder()
              .setVersion(snapshot.catalog().version())
              .setModels(snapshot.catalog().models().size())
              .addAllWarnings(snapshot.warnings())
              .build());
      responses.onCompleted();
    } catch (ConfigException e) {
      responses.onError(
          Status.FAILED_PRECONDITION.withDescription(e.getMessage()).asRuntimeException());
    } catch (RuntimeException | Error e) {
      // On this thread nobody else would answer; an error may be a native library's.
      logger.error("the configuration stays as it is", e);
      responses.onError(
          FailureStatus.toStatus(new Failure.Internal("the configuration could not be read")));
    }
  }

  private void start(
      GenerationCall call,
      boolean streamed,
      ServerCallStreamObserver<?> observer,
      GenerationListener listener) {
    Snapshot snapshot;
    try {
      snapshot = registry.begin();
    } catch (FailureException e) {
      observer.onError(FailureStatus.toStatus(e.failure()));
      return;
    }
    try {
      GenerationRequest request = request(call, streamed, snapshot);
      RetryPolicy retries =
          new RetryPolicy(snapshot.settings().retry(), ThreadLocalRandom.current()::nextDouble);
      RunningCall running = new RunningCall();
      observer.setOnCancelHandler(running::cancel);
      if (streamed) {
        observer.setOnReadyHandler(running::resume);
      }
      running.started(
          Generation.start(request, listener, retries, time, snapshot.hedging(), snapshot::end));
    } catch (FailureException e) {
      snapshot.end();
      observer.onError(FailureStatus.toStatus(e.failure()));
    }
  }

  private GenerationRequest request(GenerationCall call, boolean streamed, Snapshot snapshot) {
    RequestForm form = form(call);
    Deadline deadline = Context.current().getDeadline();
    return new GenerationRequest(
        form,
        candidates(call, form, snapshot),
        streamed,
        call.hasMaxOutputTokens() ? Math.max(1, call.getMaxOutputTokens()) : 0,
        call.getForwardHeadersMap(),
        call.getClientRetryCount(),
        deadline == null
            ? Long.MAX_VALUE
            : time.nanoTime() + deadline.timeRemaining(TimeUnit.NANOSECONDS),
        io.opentelemetry.context.Context.current());
  }

  private static RequestForm form(GenerationCall call) {
    return switch (call.getFormCase()) {
      case RAW -> {
        Dialect dialect = call.getRaw().getDialect();
        if (dialect == Dialect.DIALECT_UNSPECIFIED || dialect == Dialect.UNRECOGNIZED) {
          throw Failure.InvalidRequest.of("call.raw.dialect", "call.raw.dialect: not set")
              .asException();
        }
        yield new RequestForm.Raw(call.getRaw());
      }
      case CHAT -> new RequestForm.Typed(call.getChat());
      case FORM_NOT_SET ->
          throw Failure.InvalidRequest.of("call", "call: neither raw nor chat is set")
              .asException();
    };
  }

  /** Those that are known and serve the form; a caller's list may be older than the catalogue. */
  private static List<Candidate> candidates(
      GenerationCall call, RequestForm form, Snapshot snapshot) {
    if (call.getModelIdsCount() < 1 || call.getModelIdsCount() > MOST_CANDIDATES) {
      throw Failure.InvalidRequest.of(
              "call.model_ids",
              "call.model_ids: "
                  + call.getModelIdsCount()
                  + " (expected: 1.."
                  + MOST_CANDIDATES
                  + ")")
          .asException();
    }
    List<Candidate> candidates = new ArrayList<>(call.getModelIdsCount());
    boolean known = false;
    for (String id : call.getModelIdsList()) {
      ModelSpec model = snapshot.catalog().find(id).orElse(null);
      if (model == null) {
        continue;
      }
      known = true;
      ProviderStack stack = snapshot.providers().get(model.provider());
      if (stack != null && stack.provider().capabilities().serves(form)) {
        candidates.add(new Candidate(model, stack.provider(), stack.budget()));
      }
    }
    if (!known) {
      String id = call.getModelIds(0);
      String shown =
          id.length() <= LONGEST_NAME_IN_MESSAGE ? id : id.substring(0, LONGEST_NAME_IN_MESSAGE);
      throw new Failure.UnknownModel("no model `" + shown + "`", shown).asException();
    }
    if (candidates.isEmpty()) {
      throw new Failure.NoCandidate("no candidate can serve a request in " + form.dialect())
          .asException();
    }
    return candidates;
  }
}
