package dev.fairlead.cache.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.cache.RedisServerProcess;
import dev.fairlead.cache.bound.Evidence;
import dev.fairlead.cache.bound.Group;
import dev.fairlead.cache.bound.Label;
import dev.fairlead.cache.bound.LabelLog;
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
      log.append(label(i % 2 == 0 ? GROUP : other, i));
    }
    Awaitility.await().until(() -> read(GROUP).size() == 5 && read(other).size() == 5);
    assertThat(read(GROUP))
        .containsExactly(
            label(GROUP, 0), label(GROUP, 2), label(GROUP, 4), label(GROUP, 6), label(GROUP, 8));
    assertThat(read(new Group("nobody", "auto"))).isEmpty();
  }

  @Test
  void onlyTheNewest_areKept() throws Exception {
    for (int i = 0; i < LabelLog.KEPT + 20; i++) {
      log.append(label(GROUP, i));
    }
    Label newest = label(GROUP, LabelLog.KEPT + 19);
    Awaitility.await().until(() -> !read(GROUP).isEmpty() && read(GROUP).getLast().equals(newest));
    assertThat(read(GROUP)).hasSize(LabelLog.KEPT).startsWith(label(GROUP, 20));
  }

  @Test
  void keyOfAnotherType_isReplaced_andForeignElementsAreSkipped() throws Exception {
    String key = link.keys().labels("acme", "auto");
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
