package dev.fairlead.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.standalone.client.Answer;
import dev.fairlead.standalone.contract.MeshContract;
import dev.fairlead.standalone.contract.MeshProbe;
import dev.fairlead.standalone.deployment.Deployment;
import dev.fairlead.standalone.deployment.MeshDeployment;
import dev.fairlead.standalone.deployment.Vendor;
import dev.fairlead.standalone.lookup.Lookups;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The contract over separate processes, and what happens when one of them goes away. */
class MeshIT extends MeshContract {

  private MeshDeployment mesh;
  private MeshProbe probe;

  @BeforeAll
  void start(@TempDir Path folder) {
    mesh = new MeshDeployment(folder);
    probe = new MeshProbe(mesh.client());
  }

  @AfterAll
  void stop() throws IOException {
    mesh.close();
    assertThat(Lookups.ofOtherMachines(mesh.lookups())).isEmpty();
    assertThat(mesh.logs()).doesNotContain(Vendor.API_KEY).doesNotContain("LEAK:");
  }

  @Override
  public Deployment deployment() {
    return mesh;
  }

  @Test
  void requests_areServedWithoutTheCache_whileRedisIsAway() {
    mesh.redis().kill();
    try {
      for (int i = 0; i < 3; i++) {
        assertThat(probe.ask("small").status()).isEqualTo(200);
      }
      Answer answer = probe.ask("small");
      assertThat(answer.header("x-fairlead-cache")).isIn("miss", "bypass");
    } finally {
      mesh.redis().restart();
    }
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(() -> assertThat(probe.hitsTheSecondTime()).isTrue());
  }

  @Test
  void identicalConcurrentRequests_makeOneCall_alsoWhileRedisHangs() {
    mesh.redis().suspend();
    try {
      identicalConcurrentRequests_makeOneCall();
    } finally {
      mesh.redis().resume();
    }
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(() -> assertThat(probe.hitsTheSecondTime()).isTrue());
  }

  @Test
  void requests_areRoutedByTheFallbackTier_whileTheScorerIsAway() {
    double before = probe.metric("llm_router_dependency_unavailable_total");
    mesh.scorer().kill();
    try {
      Answer answer = probe.ask("auto");
      assertThat(answer.status()).as(answer.body()).isEqualTo(200);
      assertThat(answer.header("x-model-used")).isEqualTo("medium");
      assertThat(answer.header("x-fairlead-reason")).isEqualTo("scorer_unavailable");
      assertThat(answer.header("x-fairlead-complexity")).isEmpty();
      assertThat(probe.metric("llm_router_dependency_unavailable_total")).isGreaterThan(before);
    } finally {
      mesh.scorer().restart();
    }
    await()
        .atMost(Duration.ofSeconds(60))
        .untilAsserted(
            () -> assertThat(probe.ask("auto").header("x-fairlead-complexity")).isNotEmpty());
  }

  @Test
  void noRequestFails_whileProviderServicesAreRestartedOneByOne() throws Exception {
    try (MeshProbe.Trickle trickle = probe.trickle(Duration.ofMillis(30))) {
      for (int i = 0; i < mesh.providers().size(); i++) {
        int answered = trickle.answered();
        mesh.providers().get(i).terminate();
        await().atMost(Duration.ofSeconds(30)).until(() -> trickle.answered() > answered + 20);
        mesh.providers().get(i).restart();
        mesh.awaitProvider(i);
        int again = trickle.answered();
        await().atMost(Duration.ofSeconds(30)).until(() -> trickle.answered() > again + 20);
      }
      assertThat(trickle.failures()).isEqualTo(List.of());
    }
  }

  @Test
  void requests_areServed_whileTheCacheServiceIsAway_andHitAgainAfterwards() {
    mesh.cache().kill();
    try {
      Answer answer = probe.ask("small");
      assertThat(answer.status()).as(answer.body()).isEqualTo(200);
      assertThat(answer.header("x-fairlead-cache")).isIn("miss", "bypass");
    } finally {
      mesh.cache().restart();
    }
    await()
        .atMost(Duration.ofSeconds(60))
        .untilAsserted(() -> assertThat(probe.hitsTheSecondTime()).isTrue());
  }

  @Test
  void answers_outliveTheCacheService_becauseRedisKeepsThem() {
    String prompt = probe.rememberedPrompt();

    mesh.cache().terminate();
    mesh.cache().restart();

    await()
        .atMost(Duration.ofSeconds(60))
        .untilAsserted(() ->
            assertThat(probe.ask("small", prompt).header("x-fairlead-cache")).isEqualTo("hit"));
    assertThat(mesh.vendor().received(prompt).size())
        .as("asked again only while the cache was away")
        .isLessThan(50);
  }

  @Test
  void c10_backends_refuseCallersWithoutTheServiceToken() {
    assertThat(probe.statusOfForeignCall(mesh.cachePort())).isEqualTo("UNAUTHENTICATED");
  }
}
