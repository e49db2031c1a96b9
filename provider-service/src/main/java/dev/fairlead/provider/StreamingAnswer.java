package dev.fairlead.provider;

import dev.fairlead.provider.call.AnswerPart;
import dev.fairlead.provider.generation.AttemptRecord;
import dev.fairlead.provider.generation.GenerationListener;
import dev.fairlead.provider.generation.GenerationOutcome;
import dev.fairlead.v1.AttemptStarted;
import dev.fairlead.v1.ProviderServiceStreamGenerateResponse;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.List;
import java.util.Map;

/** Answers {@code StreamGenerate}. Whether more is wanted is what the transport says. */
final class StreamingAnswer implements GenerationListener {

  private final ServerCallStreamObserver<ProviderServiceStreamGenerateResponse> observer;
  private String modelId = "";
  private String provider = "";
  private List<String> droppedFields = List.of();
  private Map<String, String> headers = Map.of();

  StreamingAnswer(ServerCallStreamObserver<ProviderServiceStreamGenerateResponse> observer) {
    this.observer = observer;
  }

  @Override
  public void onAttemptStarted(
      int number, String newModelId, String newProvider, List<String> newDroppedFields) {
    modelId = newModelId;
    provider = newProvider;
    droppedFields = newDroppedFields;
    observer.onNext(
        ProviderServiceStreamGenerateResponse.newBuilder()
            .setAttemptStarted(
                AttemptStarted.newBuilder()
                    .setNumber(number)
                    .setModelId(newModelId)
                    .setProvider(newProvider)
                    .addAllDroppedFields(newDroppedFields))
            .build());
  }

  @Override
  public void onAttemptEnded(AttemptRecord attempt) {
    observer.onNext(
        ProviderServiceStreamGenerateResponse.newBuilder()
            .setAttemptEnded(ProviderMessages.attempt(attempt))
            .build());
  }

  @Override
  public void onPart(AnswerPart part) {
    if (part instanceof AnswerPart.Head head) {
      headers = head.headers();
      return;
    }
    ProviderServiceStreamGenerateResponse.Builder response =
        ProviderServiceStreamGenerateResponse.newBuilder();
    if (!headers.isEmpty()) {
      response.putAllResponseHeaders(headers);
      headers = Map.of();
    }
    switch (part) {
      case AnswerPart.Events events -> response.setEvents(events.events());
      case AnswerPart.Delta delta -> response.setDelta(delta.delta());
      case AnswerPart.Head head -> throw new IllegalStateException("told beside the next part");
      case AnswerPart.Body body -> throw new IllegalStateException("a whole answer in a stream");
      case AnswerPart.Response whole ->
          throw new IllegalStateException("a whole answer in a stream");
    }
    observer.onNext(response.build());
  }

  @Override
  public void onEnded(GenerationOutcome outcome) {
    switch (outcome) {
      case GenerationOutcome.Failed failed -> observer.onError(ProviderMessages.status(failed));
      case GenerationOutcome.Answered answered -> {
        observer.onNext(
            ProviderServiceStreamGenerateResponse.newBuilder()
                .setCompleted(
                    ProviderMessages.completed(modelId, provider, droppedFields, answered))
                .build());
        observer.onCompleted();
      }
    }
  }

  @Override
  public boolean ready() {
    return observer.isReady() || observer.isCancelled();
  }
}
