package dev.fairlead.cache.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.fairlead.cache.store.RatingLog;
import dev.fairlead.cache.store.StoreGuard;
import dev.fairlead.redis.RedisLink;
import dev.fairlead.redis.RedisServerProcess;
import dev.fairlead.redis.RedisSettings;
import dev.fairlead.redis.RedisUrl;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RedisRatingsIT {

  private RedisServerProcess redis;
  private RedisLink link;
  private RatingLog here;
  private RatingLog there;

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
    here = replica();
    there = replica();
  }

  private RatingLog replica() {
    return new RedisRatings(
        link, new StoreGuard(Duration.ofSeconds(2), Duration.ofSeconds(1), () -> {}));
  }

  @AfterEach
  void stop() {
    link.close();
    redis.close();
  }

  private static boolean first(RatingLog log, String what) throws Exception {
    return log.first(what).get(10, TimeUnit.SECONDS);
  }

  @Test
  void whatIsSaid_isFirstOnce_overReplicas() throws Exception {
    assertThat(first(here, "a")).isTrue();
    assertThat(first(here, "a")).isFalse();
    assertThat(first(there, "a")).isFalse();
    assertThat(first(there, "b")).isTrue();
    assertThat(first(here, "b")).isFalse();
  }

  @Test
  void whatWasSaid_isForgotten_afterAnHour() throws Exception {
    assertThat(first(here, "a")).isTrue();
    String left = redis.command("PTTL", RedisKeys.of(link).rating("a"));
    assertThat(Long.parseLong(left.substring(1).strip()))
        .isBetween(1L, RatingLog.REMEMBERED.toMillis());
  }

  @Test
  void whatIsSaid_isFirstOnceAReplica_whenRedisIsAway() throws Exception {
    assumeThat(RedisServerProcess.signalsSupported()).isTrue();
    redis.kill();
    assertThat(first(here, "a")).isTrue();
    assertThat(first(here, "a")).isFalse();
    assertThat(first(there, "a")).isTrue();
  }

  @Test
  void foreignType_underTheName_isNoObstacle() throws Exception {
    redis.command("RPUSH", RedisKeys.of(link).rating("a"), "foreign");
    assertThat(first(here, "a")).isTrue();
    assertThat(first(here, "a")).isFalse();
  }
}
