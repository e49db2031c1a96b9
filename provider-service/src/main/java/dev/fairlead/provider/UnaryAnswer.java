package dev.fairlead.provider;

import dev.fairlead.provider.call.AnswerPart;
import dev.fairlead.provider.generation.AttemptRecord;
import dev.fairlead.provider.generation.GenerationListener;
import dev.fairlead.provider.generation.GenerationOutcome;
import dev.fairlead.v1.ProviderServiceGenerateResponse;
import io.grpc.stub.StreamObserver;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Answers {@code Generate}. */
final class UnaryAnswer implements GenerationListener {

  private final StreamObserver<ProviderServiceGenerateResponse> observer;
  private String modelId = "";
  private String provider = "";
  private List<String> droppedFields = List.of();
  private @Nullable AnswerPart answer;

  UnaryAnswer(StreamObserver<ProviderServiceGenerateResponse> observer) {
    this.observer = observer;
  }

  @Override
  public void onAttemptStarted(
      int number, String newModelId, String newProvider, List<String> newDroppedFields) {
    modelId = newModelId;
    provider = newProvider;
    droppedFields = newDroppedFields;
  }

  @Override
  public void onAttemptEnded(AttemptRecord attempt) {
    // The response carries them all.
  }

  @Override
  public void onPart(AnswerPart part) {
    answer = part;
  }

  @Override
  public void onEnded(GenerationOutcome outcome) {
    switch (outcome) {
      case GenerationOutcome.Failed failed -> observer.onError(ProviderMessages.status(failed));
      case GenerationOutcome.Answered answered -> {
        ProviderServiceGenerateResponse.Builder response =
            ProviderServiceGenerateResponse.newBuilder()
                .setCompleted(
                    ProviderMessages.completed(modelId, provider, droppedFields, answered));
        switch (answer) {
          case AnswerPart.Body body -> response.setRaw(body.answer());
          case AnswerPart.Response typed -> response.setChat(typed.response());
          case AnswerPart.Head head ->
              throw new IllegalStateException("the head of a stream in a whole answer");
          case AnswerPart.Events events ->
              throw new IllegalStateException("events in a whole answer");
          case AnswerPart.Delta delta ->
              throw new IllegalStateException("a delta in a whole answer");
          case null -> throw new IllegalStateException("an answer without a body");
        }
        observer.onNext(response.build());
        observer.onCompleted();
      }
    }
  }

  @Override
  public boolean ready() {
    return true;
  }
}
