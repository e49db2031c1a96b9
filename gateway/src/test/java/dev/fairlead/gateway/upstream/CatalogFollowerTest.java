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
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
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

  private static final class OneCatalogue extends ProviderServiceGrpc.ProviderServiceImplBase {

    private volatile ListModelsResponse answer = ListModelsResponse.getDefaultInstance();
    private volatile ListModelsRequest last = ListModelsRequest.getDefaultInstance();

    @Override
    public void listModels(ListModelsRequest request, StreamObserver<ListModelsResponse> observer) {
      last = request;
      ListModelsResponse now = answer;
      observer.onNext(
          now.getDigest().equals(request.getKnownDigest())
              ? now.toBuilder().clearModels().build()
              : now);
      observer.onCompleted();
    }
  }
}
