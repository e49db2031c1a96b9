package dev.fairlead.cache.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.cache.bound.Evidence;
import dev.fairlead.cache.bound.Group;
import dev.fairlead.cache.bound.Label;
import dev.fairlead.cache.bound.LabelLog;
import dev.fairlead.redis.RedisLink;
import dev.fairlead.redis.RedisServerProcess;
import dev.fairlead.redis.RedisSettings;
import dev.fairlead.redis.RedisUrl;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RedisLabelLogIT {

  private static final Group GROUP = new Group("acme", "auto");

  private RedisServerProcess redis;
  private RedisLink link;
  private RedisLabelLog log;

  @BeforeAll
  void startRedis() {
    redis = RedisServerProcess.start();
    link =
        RedisLink.open(
            new RedisSettings(
                RedisUrl.parse(redis.url()),
                2,
                4,
                Duration.ofSeconds(1),
                Duration.ofSeconds(2),
                "test"));
    Awaitility.await().until(link::connected);
    log = new RedisLabelLog(link);
  }

  @AfterAll
  void stopRedis() {
    link.close();
    redis.close();
  }

  @BeforeEach
  void empty() {
    redis.command("FLUSHALL");
  }

  private static Label label(Group group, int number) {
    return new Label(
        group, "entry-" + number, Evidence.alone(0.9, 0.1), true, 12.5, number % 2 == 0, number);
  }

  private List<Label> read(Group group) throws Exception {
    return log.read(group).get(5, TimeUnit.SECONDS);
  }

  @Test
  void labels_areReadInOrder_eachGroupItsOwn() throws Exception {
    Group other = new Group("globex", "auto");
    for (int i = 0; i < 10; i++) {
      Group group = i % 2 == 0 ? GROUP : other;
      int already = i / 2;
      log.append(label(group, i));
      Awaitility.await().until(() -> read(group).size() == already + 1);
    }
    assertThat(read(GROUP))
        .containsExactly(
            label(GROUP, 0), label(GROUP, 2), label(GROUP, 4), label(GROUP, 6), label(GROUP, 8));
    assertThat(read(new Group("nobody", "auto"))).isEmpty();
  }

  @Test
  void onlyTheNewest_areKept() throws Exception {
    int chunk = 250;
    for (int i = 0; i < LabelLog.KEPT; i++) {
      log.append(label(GROUP, i));
      int appended = i + 1;
      if (appended % chunk == 0 || appended == LabelLog.KEPT) {
        Awaitility.await().until(() -> read(GROUP).size() == appended);
      }
    }
    Label newest = label(GROUP, LabelLog.KEPT);
    log.append(newest);
    Awaitility.await().until(() -> read(GROUP).getLast().equals(newest));
    assertThat(read(GROUP)).hasSize(LabelLog.KEPT);
  }

  @Test
  void keyOfAnotherType_isReplaced_andForeignElementsAreSkipped() throws Exception {
    String key = RedisKeys.of(link).labels("acme", "auto");
    redis.command("SET " + key + " foreign");
    assertThat(read(GROUP)).isEmpty();
    log.append(label(GROUP, 1));
    Awaitility.await().until(() -> read(GROUP).size() == 1);
    redis.command("RPUSH " + key + " nonsense");
    log.append(label(GROUP, 2));
    Awaitility.await().until(() -> read(GROUP).size() == 2);
    assertThat(read(GROUP)).containsExactly(label(GROUP, 1), label(GROUP, 2));
  }
}
