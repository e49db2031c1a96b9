package dev.fairlead.cache.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.cache.store.Change;
import dev.fairlead.cache.store.ChangeFeed;
import dev.fairlead.redis.RedisLink;
import dev.fairlead.redis.RedisServerProcess;
import dev.fairlead.redis.RedisSettings;
import dev.fairlead.redis.RedisUrl;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A feed on which there is always something new. */
class RedisFeedIT {

  private RedisServerProcess redis;
  private RedisLink link;
  private RedisFeed here;
  private RedisFeed other;
  private final Heard byHere = new Heard();
  private final Heard byOther = new Heard();

  private static final class Heard implements ChangeFeed.Follower {
    final Queue<Change> changes = new ConcurrentLinkedQueue<>();
    final AtomicInteger gaps = new AtomicInteger();

    @Override
    public void changed(Change change) {
      changes.add(change);
    }

    @Override
    public void gap() {
      gaps.incrementAndGet();
    }
  }

  @BeforeEach
  void start() {
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
    here = new RedisFeed(link);
    other = new RedisFeed(link);
    here.follow(byHere);
    other.follow(byOther);
    whileBusy(() -> !byHere.changes.isEmpty() && !byOther.changes.isEmpty());
  }

  @AfterEach
  void stop() {
    here.close();
    other.close();
    link.close();
    redis.close();
  }

  /** Waits without ever leaving the followers nothing to read for as long as they would wait. */
  private void whileBusy(BooleanSupplier holds) {
    Awaitility.await()
        .pollInterval(Duration.ofMillis(50))
        .atMost(Duration.ofSeconds(20))
        .until(() -> {
          here.publish(new Change.Removed("by here"));
          other.publish(new Change.Removed("by other"));
          return holds.getAsBoolean();
        });
  }

  @Test
  void missed_isTold_thoughTheFeedIsBusy() {
    redis.command("ACL", "SETUSER", "default", "-xadd");
    here.publish(new Change.Removed("lost"));
    Awaitility.await().until(() -> !redis.command("ACL", "LOG").equals("*0"));
    redis.command("ACL", "SETUSER", "default", "+xadd");
    whileBusy(() -> byOther.changes.contains(new Change.Missed()));
    assertThat(byOther.changes).doesNotContain(new Change.Removed("lost"));
  }

  @Test
  void gap_isTold_whenTheStreamIsEmptied_thoughTheFeedIsBusy() {
    int before = byOther.gaps.get();
    redis.command("FLUSHALL");
    whileBusy(() -> byOther.gaps.get() > before && byHere.gaps.get() > 0);
  }
}
