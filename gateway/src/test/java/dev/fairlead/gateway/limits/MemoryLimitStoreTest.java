package dev.fairlead.gateway.limits;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.gateway.keys.Owner;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class MemoryLimitStoreTest extends LimitStoreContract {

  private final AtomicLong nanos = new AtomicLong(-5_000_000_000L);
  private final LimitStore store = new MemoryLimitStore(nanos::get, Duration.ofMinutes(1), 1);

  @Override
  LimitStore store() {
    return store;
  }

  @Override
  void passWindow() {
    nanos.addAndGet(TimeUnit.SECONDS.toNanos(61));
  }

  @Override
  Duration longest() {
    return Duration.ofSeconds(61);
  }

  @Test
  void noMinute_holdsMoreThanTheLimit_andNothingIsLostInTheLongRun() throws Exception {
    Owner owner = owner(Owner.Kind.KEY, 30, 0, 0);
    Random random = new Random(3);
    Deque<Long> passed = new ArrayDeque<>();
    long count = 0;
    long begin = nanos.get();
    for (int i = 0; i < 20_000; i++) {
      long now = nanos.addAndGet(random.nextLong(TimeUnit.SECONDS.toNanos(2)));
      while (!passed.isEmpty() && now - passed.getFirst() >= TimeUnit.MINUTES.toNanos(1)) {
        passed.removeFirst();
      }
      if (admit(demand(0, owner)).refused() == null) {
        passed.addLast(now);
        count++;
      }
      assertThat(passed.size()).isLessThanOrEqualTo(30);
    }
    double minutes = (nanos.get() - begin) / 60e9;
    assertThat(count / minutes).isGreaterThan(28);
  }

  @Test
  void h9_clockThatJumps_orStandsStill_givesNobodyMore() throws Exception {
    Owner owner = owner(Owner.Kind.KEY, 2, 0, 0);
    for (long jump : new long[] {0, TimeUnit.DAYS.toNanos(10), TimeUnit.DAYS.toNanos(4000)}) {
      nanos.addAndGet(jump);
      assertThat(admit(demand(0, owner)).refused()).isNull();
      assertThat(admit(demand(0, owner)).refused()).isNull();
      assertThat(admit(demand(0, owner)).refused()).as("no credit for %s", jump).isNotNull();
      assertThat(admit(demand(0, owner)).refused()).as("while time stands still").isNotNull();
    }
  }

  @Test
  void share_isGivenOfEachLimit_butAtLeastOne() throws Exception {
    LimitStore half = new MemoryLimitStore(nanos::get, Duration.ofMinutes(1), 0.5);
    Owner ten = owner(Owner.Kind.KEY, 10, 0, 0);
    Owner one = owner(Owner.Kind.TENANT, 1, 0, 0);
    int passed = 0;
    for (int i = 0; i < 10; i++) {
      passed += half.admit(demand(0, ten)).get().refused() == null ? 1 : 0;
    }
    assertThat(passed).isEqualTo(5);
    assertThat(half.admit(demand(0, one)).get().refused()).isNull();
    assertThat(half.admit(demand(0, one)).get().refused()).isNotNull();
  }
}
