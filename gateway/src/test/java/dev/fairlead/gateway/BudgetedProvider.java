package dev.fairlead.gateway;

import com.google.protobuf.ByteString;
import dev.fairlead.catalog.TokenCounter;
import dev.fairlead.common.failure.Failure;
import dev.fairlead.common.failure.FailureStatus;
import dev.fairlead.v1.Attempt;
import dev.fairlead.v1.AttemptResult;
import dev.fairlead.v1.Dialect;
import dev.fairlead.v1.FinishReason;
import dev.fairlead.v1.GenerationCall;
import dev.fairlead.v1.GenerationCompleted;
import dev.fairlead.v1.ListModelsRequest;
import dev.fairlead.v1.ListModelsResponse;
import dev.fairlead.v1.ProviderServiceGenerateRequest;
import dev.fairlead.v1.ProviderServiceGenerateResponse;
import dev.fairlead.v1.ProviderServiceGrpc;
import dev.fairlead.v1.RawAnswer;
import dev.fairlead.v1.Usage;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A provider service that takes a while, always says as much as it may, and adds up what it bills
 * for its model {@code small}.
 */
final class BudgetedProvider extends ProviderServiceGrpc.ProviderServiceImplBase {

  /** Nano-dollars a token. */
  static final long INPUT = 150;

  static final long OUTPUT = 600;
  private static final int WISH = 100;
  private static final long DELAY_MILLIS = 300;

  final AtomicLong billed = new AtomicLong();
  final AtomicLong calls = new AtomicLong();

  /** Whether it fails, without billing anything. */
  volatile boolean fails;

  private final FakeProvider catalogue = new FakeProvider();

  @Override
  public void listModels(ListModelsRequest request, StreamObserver<ListModelsResponse> observer) {
    catalogue.listModels(request, observer);
  }

  @Override
  public void generate(
      ProviderServiceGenerateRequest request,
      StreamObserver<ProviderServiceGenerateResponse> observer) {
    if (fails) {
      observer.onError(
          FailureStatus.toStatus(new Failure.UpstreamMalformed("the upstream is out of order")));
      return;
    }
    calls.incrementAndGet();
    CompletableFuture.delayedExecutor(DELAY_MILLIS, TimeUnit.MILLISECONDS)
        .execute(() -> answer(request.getCall(), observer));
  }

  private void answer(
      GenerationCall call, StreamObserver<ProviderServiceGenerateResponse> observer) {
    String body = call.getRaw().getBody().toStringUtf8();
    int start = body.indexOf("\"content\":\"") + 11;
    long prompt =
        TokenCounter.forModel("").count(body.substring(start, body.indexOf('"', start))) + 1;
    long completion = Math.min(WISH, call.getMaxOutputTokens());
    billed.addAndGet(INPUT * prompt + OUTPUT * completion);
    observer.onNext(
        ProviderServiceGenerateResponse.newBuilder()
            .setCompleted(
                GenerationCompleted.newBuilder()
                    .setModelId("small")
                    .setProvider("fake")
                    .setUsage(
                        Usage.newBuilder()
                            .setPromptTokens(prompt)
                            .setCompletionTokens(completion)
                            .setSource(Usage.Source.SOURCE_REPORTED))
                    .setFinishReason(
                        completion < WISH
                            ? FinishReason.FINISH_REASON_LENGTH
                            : FinishReason.FINISH_REASON_STOP)
                    .setText("ok")
                    .addAttempts(
                        Attempt.newBuilder()
                            .setNumber(1)
                            .setModelId("small")
                            .setResult(AttemptResult.ATTEMPT_RESULT_SUCCESS)))
            .setRaw(
                RawAnswer.newBuilder()
                    .setDialect(Dialect.DIALECT_OPENAI_CHAT)
                    .setBody(ByteString.copyFromUtf8(FakeProvider.BODY)))
            .build());
    observer.onCompleted();
  }
}
