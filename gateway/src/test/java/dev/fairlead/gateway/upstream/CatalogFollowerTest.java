package dev.fairlead.gateway.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.common.rpc.LocalServer;
import dev.fairlead.v1.ListModelsRequest;
import dev.fairlead.v1.ListModelsResponse;
import dev.fairlead.v1.Model;
import dev.fairlead.v1.ProviderServiceGrpc;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class CatalogFollowerTest {

  private static final Duration SOON = Duration.ofSeconds(20);

  private static ListModelsResponse catalogue(long version, String digest, String... ids) {
    ListModelsResponse.Builder response =
        ListModelsResponse.newBuilder().setVersion(version).setDigest(digest);
    for (String id : ids) {
      response.addModels(Model.newBuilder().setId(id).setProvider("p").setUpstream(id));
    }
    return response.build();
  }

  private static boolean knows(CatalogFollower follower, String id) {
    return follower.current().filter(known -> known.find(id).isPresent()).isPresent();
  }

  @Test
  void restartedService_isFollowed_thoughItsVersionsBeginAnew() {
    OneCatalogue provider = new OneCatalogue();
    ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    try (LocalServer server = LocalServer.of(List.of(provider), List.of());
        CatalogFollower follower =
            new CatalogFollower(server.channel(List.of()), Duration.ofMillis(5), timer)) {
      provider.answer = catalogue(1, "a", "old");
      await().atMost(SOON).until(() -> knows(follower, "old"));
      provider.answer = catalogue(1, "b", "new");
      await().atMost(SOON).until(() -> knows(follower, "new"));
      assertThat(knows(follower, "old")).isFalse();
      follower.reloadEverywhere(77);
      await().atMost(SOON).until(() -> provider.last.getReloadAt() == 77);
      assertThat(provider.last.getKnownDigest()).isEqualTo("b");
      // A catalogue that is known is not sent again, and stays.
      assertThat(knows(follower, "new")).isTrue();
    } finally {
      timer.shutdownNow();
    }
  }

  @Test
  void lateAnswerThatNothingChanged_leavesTheCatalogueThatCameMeanwhile() {
    OneCatalogue provider = new OneCatalogue();
    provider.answer = catalogue(1, "a", "old");
    ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    try (LocalServer server = LocalServer.of(List.of(provider), List.of());
        CatalogFollower follower =
            new CatalogFollower(server.channel(List.of()), Duration.ofHours(1), timer)) {
      await().atMost(SOON).until(() -> knows(follower, "old"));
      CompletableFuture<Void> late = new CompletableFuture<>();
      provider.hold = true;
      follower.refresh(() -> late.complete(null));
      await().atMost(SOON).until(() -> provider.held != null);
      StreamObserver<ListModelsResponse> held = Objects.requireNonNull(provider.held);
      provider.hold = false;
      provider.answer = catalogue(2, "b", "new");
      follower.refresh(() -> {});
      await().atMost(SOON).until(() -> knows(follower, "new"));
      held.onNext(catalogue(1, "a"));
      held.onCompleted();
      assertThat(late).succeedsWithin(SOON);
      assertThat(knows(follower, "new")).isTrue();
    } finally {
      timer.shutdownNow();
    }
  }

  private static final class OneCatalogue extends ProviderServiceGrpc.ProviderServiceImplBase {

    private volatile ListModelsResponse answer = ListModelsResponse.getDefaultInstance();
    private volatile ListModelsRequest last = ListModelsRequest.getDefaultInstance();
    private volatile boolean hold;
    private volatile @Nullable StreamObserver<ListModelsResponse> held;

    @Override
    public void listModels(ListModelsRequest request, StreamObserver<ListModelsResponse> observer) {
      last = request;
      if (hold) {
        held = observer;
        return;
      }
      ListModelsResponse now = answer;
      observer.onNext(
          now.getDigest().equals(request.getKnownDigest())
              ? now.toBuilder().clearModels().build()
              : now);
      observer.onCompleted();
    }
  }
}
