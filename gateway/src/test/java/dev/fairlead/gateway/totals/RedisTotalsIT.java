package dev.fairlead.gateway.totals;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.redis.RedisLink;
import dev.fairlead.redis.RedisServerProcess;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RedisTotalsIT {

  private static final Instant START = Instant.ofEpochMilli(1_800_000_000_000L);
  private static RedisServerProcess redis;
  private static RedisLink link;

  @BeforeAll
  static void start() {
    redis = RedisServerProcess.start();
    link = redis.connect("test");
  }

  @BeforeEach
  void empty() {
    redis.command("FLUSHALL");
  }

  @AfterAll
  static void stop() {
    link.close();
    redis.close();
  }

  private static Totals tell(RedisTotals share, long order, Instant since, long requests)
      throws Exception {
    return share
        .tell(new Totals(since, Map.of("requests", requests, "model:m", requests)), order)
        .get(20, TimeUnit.SECONDS);
  }

  @Test
  void sums_countEverythingOnce_whenItIsToldAgainOrOutOfTurn() throws Exception {
    RedisTotals one = new RedisTotals(link);
    RedisTotals other = new RedisTotals(link);
    assertThat(tell(one, 1, START, 5).requests()).isEqualTo(5);
    assertThat(tell(other, 1, START.minusSeconds(9), 7).requests()).isEqualTo(12);
    assertThat(tell(one, 2, START, 6).requests()).isEqualTo(13);
    assertThat(tell(one, 3, START, 6).requests()).isEqualTo(13);
    assertThat(tell(one, 1, START, 5).requests()).as("late").isEqualTo(13);

    Totals sums = tell(other, 2, START.minusSeconds(9), 7);
    assertThat(sums.since()).isEqualTo(START.minusSeconds(9));
    assertThat(sums.modelUsage()).containsExactly(Map.entry("m", 13L));
  }

  @Test
  void sums_growByWhatANewGatewayCounts_whenAnotherHasEnded() throws Exception {
    assertThat(tell(new RedisTotals(link), 1, START, 5).requests()).isEqualTo(5);
    assertThat(tell(new RedisTotals(link), 1, START.plusSeconds(60), 2).requests()).isEqualTo(7);
  }

  @Test
  void lostSums_areToldAnewByThoseThatRun() throws Exception {
    RedisTotals one = new RedisTotals(link);
    RedisTotals other = new RedisTotals(link);
    tell(one, 1, START, 5);
    tell(other, 1, START, 7);
    // Only the sums, and not what each gateway has told, as when Redis had no room for them.
    redis.command("DEL", "test:gateway:{totals}");
    assertThat(tell(one, 2, START, 6).requests()).isEqualTo(6);
    assertThat(tell(other, 2, START, 7).requests()).isEqualTo(13);
    assertThat(tell(one, 3, START, 6).requests()).isEqualTo(13);
  }

  @Test
  void keyOfAnotherType_isReplaced() throws Exception {
    redis.command("SET", "test:gateway:{totals}", "text");
    assertThat(tell(new RedisTotals(link), 1, START, 5).requests()).isEqualTo(5);
  }

  @Test
  void figuresThatFall_areTakenFromTheSums() throws Exception {
    RedisTotals one = new RedisTotals(link);
    Totals before = new Totals(START, Map.of("saved_nano_usd", 9_000_000_000_000_001L));
    assertThat(one.tell(before, 1).get(20, TimeUnit.SECONDS).savedNanoUsd())
        .isEqualTo(9_000_000_000_000_001L);
    Totals after = new Totals(START, Map.of("saved_nano_usd", -3L));
    assertThat(one.tell(after, 2).get(20, TimeUnit.SECONDS).savedNanoUsd()).isEqualTo(-3);
  }
}
