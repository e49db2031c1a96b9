package dev.fairlead.gateway;

import com.google.protobuf.ByteString;
import dev.fairlead.catalog.TokenCounter;
import dev.fairlead.common.failure.Failure;
import dev.fairlead.common.failure.FailureStatus;
import dev.fairlead.v1.Attempt;
import dev.fairlead.v1.AttemptResult;
import dev.fairlead.v1.AttemptStarted;
import dev.fairlead.v1.Dialect;
import dev.fairlead.v1.FailedAttempts;
import dev.fairlead.v1.FinishReason;
import dev.fairlead.v1.GenerationCall;
import dev.fairlead.v1.GenerationCompleted;
import dev.fairlead.v1.ListModelsRequest;
import dev.fairlead.v1.ListModelsResponse;
import dev.fairlead.v1.ProviderServiceGenerateRequest;
import dev.fairlead.v1.ProviderServiceGenerateResponse;
import dev.fairlead.v1.ProviderServiceGrpc;
import dev.fairlead.v1.ProviderServiceStreamGenerateRequest;
import dev.fairlead.v1.ProviderServiceStreamGenerateResponse;
import dev.fairlead.v1.RawAnswer;
import dev.fairlead.v1.RawEvents;
import dev.fairlead.v1.Usage;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A provider service that does what the request's text says, and keeps a bill of its own: what each
 * model took, at its own prices.
 */
final class StormProvider extends ProviderServiceGrpc.ProviderServiceImplBase {

  /** Pieces of a stream. */
  static final int PIECES = 6;

  /** Nano-dollars a token, input and output. */
  private static final Map<String, long[]> PRICES =
      Map.of(
          "small", new long[] {150, 600},
          "medium", new long[] {1000, 4000},
          "large", new long[] {2500, 10_000});

  private static final TokenCounter COUNTER = TokenCounter.forModel("small");

  final ConcurrentMap<String, Long> bill = new ConcurrentHashMap<>();
  private final ConcurrentMap<String, Open> open = new ConcurrentHashMap<>();
  private final FakeProvider catalogue = new FakeProvider();

  private record Open(
      GenerationCall call, StreamObserver<ProviderServiceStreamGenerateResponse> observer) {}

  @Override
  public void listModels(ListModelsRequest request, StreamObserver<ListModelsResponse> observer) {
    catalogue.listModels(request, observer);
  }

  private Usage billed(String model, long prompt, long completion) {
    long[] price = Objects.requireNonNull(PRICES.get(model), model);
    bill.merge(model, price[0] * prompt + price[1] * completion, Long::sum);
    return Usage.newBuilder()
        .setPromptTokens(prompt)
        .setCompletionTokens(completion)
        .setSource(Usage.Source.SOURCE_REPORTED)
        .build();
  }

  private static String text(GenerationCall call) {
    String body = call.getRaw().getBody().toStringUtf8();
    int start = body.indexOf("\"content\":\"") + 11;
    return body.substring(start, body.indexOf('"', start));
  }

  private static Attempt failedTry(String model, int number, Usage usage) {
    return Attempt.newBuilder()
        .setNumber(number)
        .setModelId(model)
        .setProvider("fake")
        .setResult(AttemptResult.ATTEMPT_RESULT_MALFORMED)
        .setUsage(usage)
        .build();
  }

  private Attempt failedTry(String model, int number) {
    return failedTry(model, number, billed(model, 40 + number, 7));
  }

  private static Attempt unpaidTry(String model, int number) {
    return Attempt.newBuilder()
        .setNumber(number)
        .setModelId(model)
        .setProvider("fake")
        .setResult(AttemptResult.ATTEMPT_RESULT_UNAVAILABLE)
        .build();
  }

  @Override
  public void generate(
      ProviderServiceGenerateRequest request,
      StreamObserver<ProviderServiceGenerateResponse> observer) {
    String text = text(request.getCall());
    String first = request.getCall().getModelIds(0);
    if (text.startsWith("broken")) {
      observer.onError(
          FailureStatus.toStatus(
              new Failure.UpstreamMalformed("told to fail"),
              FailedAttempts.newBuilder()
                  .addAttempts(failedTry(first, 1))
                  .addAttempts(unpaidTry(first, 2))
                  .addAttempts(failedTry("large", 3))
                  .build()));
      return;
    }
    List<Attempt> attempts = new ArrayList<>();
    String model = first;
    if (text.startsWith("failover")) {
      attempts.add(failedTry(first, 1));
      model = request.getCall().getModelIds(1);
    } else if (text.startsWith("retry")) {
      attempts.add(unpaidTry(first, 1));
      attempts.add(failedTry(first, 2));
    }
    observer.onNext(
        ProviderServiceGenerateResponse.newBuilder()
            .setCompleted(completed(model, attempts))
            .setRaw(
                RawAnswer.newBuilder()
                    .setDialect(Dialect.DIALECT_OPENAI_CHAT)
                    .setBody(ByteString.copyFromUtf8(FakeProvider.BODY)))
            .build());
    observer.onCompleted();
  }

  private GenerationCompleted completed(String model, List<Attempt> before) {
    return GenerationCompleted.newBuilder()
        .setModelId(model)
        .setProvider("fake")
        .setUsage(billed(model, 123, 45))
        .setFinishReason(FinishReason.FINISH_REASON_STOP)
        .setText("ok")
        .addAllAttempts(before)
        .addAttempts(
            Attempt.newBuilder()
                .setNumber(before.size() + 1)
                .setModelId(model)
                .setResult(AttemptResult.ATTEMPT_RESULT_SUCCESS))
        .build();
  }

  @Override
  public void streamGenerate(
      ProviderServiceStreamGenerateRequest request,
      StreamObserver<ProviderServiceStreamGenerateResponse> observer) {
    GenerationCall call = request.getCall();
    String text = text(call);
    String model = call.getModelIds(0);
    observer.onNext(
        ProviderServiceStreamGenerateResponse.newBuilder()
            .setAttemptStarted(AttemptStarted.newBuilder().setNumber(1).setModelId(model))
            .build());
    StringBuilder said = new StringBuilder();
    for (int i = 0; i < PIECES; i++) {
      String piece = "piece" + i + " ";
      said.append(piece);
      say(observer, piece);
    }
    if (text.startsWith("leave")) {
      // The client goes after what it has heard: a vendor bills exactly that.
      billed(model, COUNTER.count(text) + 1, COUNTER.count(said.toString()));
    } else if (text.startsWith("cut")) {
      cut(observer, failedTry(model, 1, billed(model, 50, 60)));
    } else if (text.startsWith("early")) {
      // Told at the start, as some vendors do, and never again.
      Usage billed = billed(model, 50, COUNTER.count(said.toString()));
      cut(observer, failedTry(model, 1, billed.toBuilder().setCompletionTokens(1).build()));
    } else {
      open.put(text, new Open(call, observer));
      if (!text.startsWith("shared")) {
        finish(text);
      }
    }
  }

  private static void cut(
      StreamObserver<ProviderServiceStreamGenerateResponse> observer, Attempt told) {
    observer.onError(
        FailureStatus.toStatus(
            new Failure.UpstreamMalformed("told to cut"),
            FailedAttempts.newBuilder().addAttempts(told).build()));
  }

  private static void say(
      StreamObserver<ProviderServiceStreamGenerateResponse> observer, String piece) {
    String json = "{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"" + piece + "\"}}]}";
    observer.onNext(
        ProviderServiceStreamGenerateResponse.newBuilder()
            .setEvents(
                RawEvents.newBuilder()
                    .setDialect(Dialect.DIALECT_OPENAI_CHAT)
                    .setSse(ByteString.copyFromUtf8("data: " + json + "\n\n"))
                    .setKind(RawEvents.Kind.KIND_CONTENT)
                    .setContentEvents(1))
            .build());
  }

  /** Ends a stream that waits. */
  void finish(String text) {
    Open waiting = Objects.requireNonNull(open.remove(text), text);
    waiting
        .observer()
        .onNext(
            ProviderServiceStreamGenerateResponse.newBuilder()
                .setCompleted(completed(waiting.call().getModelIds(0), List.of()))
                .build());
    waiting.observer().onCompleted();
  }

  /** Texts of streams that wait. */
  List<String> waiting() {
    return new CopyOnWriteArrayList<>(open.keySet());
  }
}
