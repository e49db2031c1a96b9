package dev.fairlead.cache.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class TimeBoxesTest {

  @Test
  void call_failsByTimeout_whenItIsNotDone_andKeepsItsResultWhenItIs() {
    TimeBoxes boxes = new TimeBoxes(Duration.ofMillis(20));
    CompletableFuture<String> late = new CompletableFuture<>();
    CompletableFuture<String> done = CompletableFuture.completedFuture("before");
    CompletableFuture<String> quick = new CompletableFuture<>();

    Stream.of(late, done, quick).forEach(boxes::enclose);
    quick.complete("in time");

    await().atMost(Duration.ofSeconds(20)).until(late::isDone);
    assertThat(late.exceptionNow()).isInstanceOf(TimeoutException.class);
    assertThat(List.of(done.join(), quick.join())).containsExactly("before", "in time");
  }

  @Test
  void call_isEnclosed_alsoAfterAllOthersHaveEnded() {
    TimeBoxes boxes = new TimeBoxes(Duration.ofMillis(5));
    for (int i = 0; i < 10; i++) {
      CompletableFuture<String> late = new CompletableFuture<>();
      boxes.enclose(late);
      await().atMost(Duration.ofSeconds(20)).until(late::isCompletedExceptionally);
    }
  }

  @Test
  void everyCall_ends_whenManyThreadsEncloseAtOnce() {
    TimeBoxes boxes = new TimeBoxes(Duration.ofMillis(5));
    List<CompletableFuture<String>> calls =
        Stream.generate(CompletableFuture<String>::new).limit(20_000).toList();

    calls.parallelStream().forEach(boxes::enclose);

    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> calls.stream().allMatch(CompletableFuture::isCompletedExceptionally));
  }

  @Test
  void call_isNotGivenUp_beforeItsTime() {
    TimeBoxes boxes = new TimeBoxes(Duration.ofMinutes(10));
    CompletableFuture<String> call = new CompletableFuture<>();
    boxes.enclose(new CompletableFuture<String>());
    boxes.enclose(call);

    assertThat(call.completeOnTimeout("open", 200, TimeUnit.MILLISECONDS))
        .succeedsWithin(Duration.ofSeconds(20))
        .isEqualTo("open");
  }
}
