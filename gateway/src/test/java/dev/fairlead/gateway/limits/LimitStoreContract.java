package dev.fairlead.gateway.limits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.gateway.keys.Owner;
import dev.fairlead.gateway.keys.Quota;
import dev.fairlead.gateway.keys.RateLimits;
import dev.fairlead.gateway.keys.SpendLimits;
import dev.fairlead.gateway.limits.LimitDecision.Refusal;
import dev.fairlead.gateway.limits.LimitDecision.What;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What every store of limits promises. */
abstract class LimitStoreContract {

  final String name = UUID.randomUUID().toString();

  /** A store of the same counts each time. */
  abstract LimitStore store();

  /** Lets a whole window pass. */
  abstract void passWindow() throws Exception;

  final Owner owner(Owner.Kind kind, long requests, long tokens, int concurrent) {
    return new Owner(
        kind,
        name + kind,
        new Quota(new RateLimits(requests, tokens, concurrent), SpendLimits.NONE));
  }

  final LimitDemand demand(long tokens, Owner... owners) {
    return new LimitDemand(UUID.randomUUID().toString(), name, List.of(owners), tokens);
  }

  final LimitDecision admit(LimitDemand demand) throws Exception {
    return store().admit(demand).get();
  }

  /** What was finished is told without waiting, over any of several connections. */
  final LimitDecision admitSoon(LimitDemand demand) {
    return await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> admit(demand), LimitStoreContract::passed);
  }

  static Refusal refusal(LimitDecision decision) {
    return Objects.requireNonNull(decision.refused());
  }

  static long left(LimitStatus.@Nullable Left left) {
    return Objects.requireNonNull(left).remaining();
  }

  private static boolean passed(LimitDecision decision) {
    return decision.refused() == null;
  }

  @Test
  void requests_areLetInExactly_whenTheyAreConcurrent() throws Exception {
    Owner owner = owner(Owner.Kind.KEY, 50, 0, 0);
    LimitStore one = store();
    LimitStore other = store();
    List<Future<LimitDecision>> decisions = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 200; i++) {
        LimitStore store = i % 2 == 0 ? one : other;
        decisions.add(threads.submit(() -> store.admit(demand(1, owner)).get()));
      }
    }
    int passed = 0;
    for (Future<LimitDecision> decision : decisions) {
      if (passed(decision.get())) {
        passed++;
      } else {
        assertThat(refusal(decision.get()).what()).isEqualTo(What.REQUESTS);
        assertThat(refusal(decision.get()).retryAfter()).isPositive();
      }
    }
    assertThat(passed).isEqualTo(50);
    passWindow();
    assertThat(passed(admit(demand(1, owner)))).isTrue();
  }

  @Test
  void refusedRequest_countsAgainstNobody() throws Exception {
    Owner key = owner(Owner.Kind.KEY, 100, 0, 0);
    Owner tenant = owner(Owner.Kind.TENANT, 1, 0, 0);
    assertThat(passed(admit(demand(1, key, tenant)))).isTrue();
    for (int i = 0; i < 5; i++) {
      LimitDecision refused = admit(demand(1, key, tenant));
      assertThat(refusal(refused).owner()).isEqualTo(tenant);
      assertThat(refusal(refused).limit()).isEqualTo(1);
      assertThat(left(refused.status().requests())).isZero();
    }
    assertThat(left(admit(demand(1, key)).status().requests())).isEqualTo(98);
  }

  @Test
  void tokens_areCountedAsExpected_thenAsUsed() throws Exception {
    Owner owner = owner(Owner.Kind.KEY, 0, 1000, 0);
    LimitDemand first = demand(900, owner);
    LimitDecision admitted = admit(first);
    assertThat(left(admitted.status().tokens())).isEqualTo(100);
    assertThat(refusal(admit(demand(200, owner))).what()).isEqualTo(What.TOKENS);
    store().finish(first, admitted, 300);
    LimitDemand second = demand(700, owner);
    LimitDecision next = admitSoon(second);
    store().finish(second, next, 750);
    assertThat(passed(admit(demand(1, owner)))).isFalse();
  }

  @Test
  void requestLargerThanTheLimit_isRefusedWithoutATimeToComeAgain() throws Exception {
    Owner owner = owner(Owner.Kind.KEY, 0, 1000, 0);
    LimitDecision refused = admit(demand(1001, owner));
    assertThat(refusal(refused).what()).isEqualTo(What.TOKENS);
    assertThat(refusal(refused).retryAfter()).isNull();
  }

  @Test
  void permits_comeBackAtTheEnd() throws Exception {
    Owner owner = owner(Owner.Kind.TEAM, 0, 0, 2);
    LimitDemand first = demand(1, owner);
    LimitDecision admitted = admit(first);
    assertThat(passed(admit(demand(1, owner)))).isTrue();
    assertThat(refusal(admit(demand(1, owner))).what()).isEqualTo(What.CONCURRENT);
    store().finish(first, admitted, -1);
    admitSoon(demand(1, owner));
    assertThat(passed(admit(demand(1, owner)))).isFalse();
  }

  @Test
  void retryAfter_isLongEnough() throws Exception {
    Owner owner = owner(Owner.Kind.KEY, 1, 0, 0);
    assertThat(passed(admit(demand(1, owner)))).isTrue();
    LimitDecision refused = admit(demand(1, owner));
    assertThat(refusal(refused).retryAfter()).isBetween(Duration.ofMillis(1), longest());
    passWindow();
    assertThat(passed(admit(demand(1, owner)))).isTrue();
  }

  /** The window and the part that has only begun. */
  abstract Duration longest();
}
