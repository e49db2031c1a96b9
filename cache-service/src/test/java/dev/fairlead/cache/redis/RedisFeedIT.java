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
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A feed on which there is always something new. */
class RedisFeedIT {

  private static final int SHORT = 500;

  private RedisServerProcess redis;
  private RedisLink link;
  private RedisFeed here;
  private RedisFeed other;
  private final Heard byHere = new Heard();
  private final Heard byOther = new Heard();

  private static class Heard implements ChangeFeed.Follower {
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
  void noGap_isSeen_whereTheReaderKeepsUp_howeverMuchIsTold() {
    Heard heard = new Heard();
    RedisFeed talking = new RedisFeed(link, SHORT, System::nanoTime);
    RedisFeed reading = new RedisFeed(link, SHORT, System::nanoTime);
    reading.follow(heard);
    try {
      whileBusy(() -> !heard.changes.isEmpty());
      int gaps = heard.gaps.get();
      for (int told = 0; told < 20 * SHORT; told++) {
        Change change = new Change.Removed("message " + told);
        talking.publish(change);
        if (told % (SHORT / 5) == 0) {
          Awaitility.await()
              .pollDelay(Duration.ZERO)
              .pollInterval(Duration.ofMillis(1))
              .until(() -> heard.changes.contains(change));
          heard.changes.clear();
        }
      }
      assertThat(heard.gaps).hasValue(gaps);
    } finally {
      reading.close();
    }
  }

  @Test
  void missed_isMadeGoodOnce_howeverManyMissed() throws Exception {
    CountDownLatch busy = new CountDownLatch(1);
    CountDownLatch told = new CountDownLatch(1);
    Heard heard =
        new Heard() {
          @Override
          public void changed(Change change) {
            super.changed(change);
            if (change.equals(new Change.Stored("keeps busy"))) {
              busy.countDown();
              awaited(told);
            }
          }
        };
    RedisFeed reading = new RedisFeed(link);
    reading.follow(heard);
    try {
      whileBusy(() -> !heard.changes.isEmpty());
      here.publish(new Change.Stored("keeps busy"));
      awaited(busy);
      for (int i = 0; i < 20; i++) {
        other.publish(new Change.Missed());
      }
      Change after = new Change.Removed("after");
      other.publish(after);
      Awaitility.await().until(() -> byHere.changes.contains(after));
      told.countDown();
      Awaitility.await().until(() -> heard.changes.contains(after));
      assertThat(heard.changes).filteredOn(Change.Missed.class::isInstance).hasSize(1);
    } finally {
      told.countDown();
      reading.close();
    }
  }

  private static void awaited(CountDownLatch latch) {
    try {
      assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void missed_isNotToldAgainAtOnce_whenWritesFailOnAndOff() {
    AtomicLong nanos = new AtomicLong();
    RedisFeed failing = new RedisFeed(link, RedisFeed.MAX_LENGTH, nanos::get);
    lose(failing);
    failing.tellOfUnpublished();
    whileBusy(() -> missedByOther() == 1);
    lose(failing);
    failing.tellOfUnpublished();
    Change after = new Change.Removed("after");
    failing.publish(after);
    Awaitility.await().until(() -> byOther.changes.contains(after));
    assertThat(missedByOther()).isEqualTo(1);
    nanos.addAndGet(Duration.ofSeconds(10).toNanos());
    failing.tellOfUnpublished();
    Awaitility.await().until(() -> missedByOther() == 2);
  }

  private long missedByOther() {
    return byOther.changes.stream().filter(Change.Missed.class::isInstance).count();
  }

  /** A change that Redis does not take. */
  private void lose(RedisFeed feed) {
    redis.command("ACL", "LOG", "RESET");
    redis.command("ACL", "SETUSER", "default", "-xadd");
    feed.publish(new Change.Removed("lost"));
    Awaitility.await().until(() -> !redis.command("ACL", "LOG").equals("*0"));
    redis.command("ACL", "SETUSER", "default", "+xadd");
  }

  @Test
  void gap_isTold_whenTheStreamIsEmptied_thoughTheFeedIsBusy() {
    int before = byOther.gaps.get();
    redis.command("FLUSHALL");
    whileBusy(() -> byOther.gaps.get() > before && byHere.gaps.get() > 0);
  }
}
