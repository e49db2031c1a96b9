package dev.fairlead.gateway.quality;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.catalog.ModelSpec;
import dev.fairlead.catalog.Price;
import dev.fairlead.catalog.Tier;
import dev.fairlead.common.rpc.LocalServer;
import dev.fairlead.v1.ProviderServiceGenerateRequest;
import dev.fairlead.v1.ProviderServiceGenerateResponse;
import dev.fairlead.v1.ProviderServiceGrpc;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ModelJudgeTest {

  private static final ModelSpec MODEL =
      new ModelSpec("judge", "p", "judge", Tier.QUALITY, Price.of(1, 1), 0, 0, Set.of());

  /** A provider that never answers. */
  private static final class Silent extends ProviderServiceGrpc.ProviderServiceImplBase {
    @Override
    public void generate(
        ProviderServiceGenerateRequest request,
        StreamObserver<ProviderServiceGenerateResponse> observer) {}
  }

  @Test
  void verdictThatDoesNotCome_isAFailure() {
    CompletableFuture<Throwable> failure = new CompletableFuture<>();
    try (LocalServer server = LocalServer.of(List.of(new Silent()), List.of())) {
      ModelJudge judge =
          new ModelJudge(
              ProviderServiceGrpc.newStub(server.channel(List.of())),
              () -> Optional.of(MODEL),
              Duration.ofMillis(50));
      judge.judge(
          new ReferenceJudge.Pair("Why?", "So.", "Because."),
          (quality, cost) -> failure.completeExceptionally(new AssertionError("judged")),
          failure::complete);

      assertThat(failure)
          .succeedsWithin(20, TimeUnit.SECONDS)
          .extracting(error -> Status.fromThrowable(error).getCode())
          .isEqualTo(Status.Code.DEADLINE_EXCEEDED);
    }
  }
}
