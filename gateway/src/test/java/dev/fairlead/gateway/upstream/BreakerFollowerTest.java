package dev.fairlead.gateway.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.catalog.ModelSpec;
import dev.fairlead.catalog.Price;
import dev.fairlead.catalog.Tier;
import dev.fairlead.common.rpc.LocalServer;
import dev.fairlead.v1.BreakerState;
import dev.fairlead.v1.GetStatusRequest;
import dev.fairlead.v1.GetStatusResponse;
import dev.fairlead.v1.ProviderServiceGrpc;
import dev.fairlead.v1.ProviderStatus;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.Test;

class BreakerFollowerTest {

  private static final Duration SOON = Duration.ofSeconds(20);

  private static ModelSpec model(String id, String provider) {
    return new ModelSpec(id, provider, id, Tier.CHEAP, Price.of(1, 1), 0, 0, Set.of());
  }

  private static ProviderStatus.Builder provider(String name, BreakerState state) {
    return ProviderStatus.newBuilder().setName(name).setBreaker(state);
  }

  @Test
  void refusals_areThoseOfProvidersAndOfModels_andForgottenWithTheService() {
    OneStatus service = new OneStatus();
    ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    try (LocalServer server = LocalServer.of(List.of(service), List.of());
        BreakerFollower follower =
            new BreakerFollower(
                new ProviderStatusClient(server.channel(List.of())), timer, Duration.ofMillis(5))) {
      assertThat(follower.refuses(model("broken", "up"))).isFalse();
      service.answer =
          GetStatusResponse.newBuilder()
              .addProviders(
                  provider("up", BreakerState.BREAKER_STATE_CLOSED).addOpenModelIds("broken"))
              .addProviders(provider("down", BreakerState.BREAKER_STATE_OPEN))
              .addProviders(provider("back", BreakerState.BREAKER_STATE_HALF_OPEN))
              .build();
      await().atMost(SOON).until(() -> follower.refuses(model("broken", "up")));
      assertThat(follower.refuses(model("works", "up"))).isFalse();
      assertThat(follower.refuses(model("any", "down"))).isTrue();
      assertThat(follower.refuses(model("any", "back"))).isFalse();
      service.away = true;
      await().atMost(SOON).until(() -> !follower.refuses(model("broken", "up")));
      assertThat(follower.refuses(model("any", "down"))).isFalse();
    } finally {
      timer.shutdownNow();
    }
  }

  private static final class OneStatus extends ProviderServiceGrpc.ProviderServiceImplBase {

    private volatile GetStatusResponse answer = GetStatusResponse.getDefaultInstance();
    private volatile boolean away;

    @Override
    public void getStatus(GetStatusRequest request, StreamObserver<GetStatusResponse> observer) {
      if (away) {
        observer.onError(Status.UNAVAILABLE.asRuntimeException());
        return;
      }
      observer.onNext(answer);
      observer.onCompleted();
    }
  }
}
