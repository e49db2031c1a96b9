package dev.fairlead.gateway.budget;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.gateway.budget.BudgetStore.Ask;
import dev.fairlead.gateway.budget.BudgetStore.Outcome;
import dev.fairlead.gateway.keys.Owner;
import dev.fairlead.gateway.keys.SpendLimits;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.TimeZone;
import org.junit.jupiter.api.Test;

class MemoryBudgetStoreTest extends BudgetStoreContract {

  private volatile Instant now = Instant.parse("2026-11-30T23:00:00Z");
  private final BudgetStore store = new MemoryBudgetStore(() -> now);
  private final Spender key =
      new Spender("acme", Owner.Kind.KEY, "k", new SpendLimits(100, 150, 160));

  @Override
  BudgetStore open() {
    return new MemoryBudgetStore(() -> now);
  }

  private Outcome reserve(String id, long amount) {
    return done(store.reserve(new Ask(id, List.of(key), amount, amount, amount, TTL)));
  }

  private void spend(String id, long amount) {
    reserve(id, amount);
    done(store.settle(id, List.of(key), amount));
  }

  @Test
  void days_andMonths_beginAnew() {
    done(store.seed(key, new Spent(0, 60, 60)));
    spend("r1", 90);
    assertThat(reserve("r2", 11)).isEqualTo(new Outcome.Refused(0, Spender.Window.MONTH, 150, 0));
    now = Instant.parse("2026-12-01T00:00:00Z");
    assertThat(reserve("r3", 11)).isEqualTo(new Outcome.Refused(0, Spender.Window.TOTAL, 150, 0));
    assertThat(reserve("r4", 10)).isEqualTo(new Outcome.Granted(10));
  }

  @Test
  void h9_clockThatGoesBack_givesNoMoneyBack() {
    done(store.seed(key, Spent.NOTHING));
    spend("r1", 100);
    now = now.minus(Duration.ofDays(2));
    assertThat(reserve("r2", 1)).isInstanceOf(Outcome.Refused.class);
    now = now.plus(Duration.ofDays(2));
    assertThat(reserve("r3", 1)).isInstanceOf(Outcome.Refused.class);
  }

  @Test
  void h9_days_areOfUtc_whereverTheMachineIs() {
    TimeZone here = TimeZone.getDefault();
    try {
      done(store.seed(key, Spent.NOTHING));
      spend("r1", 100);
      for (String zone : List.of("Pacific/Kiritimati", "Pacific/Pago_Pago", "Asia/Kathmandu")) {
        TimeZone.setDefault(TimeZone.getTimeZone(zone));
        assertThat(reserve(zone, 1)).as(zone).isInstanceOf(Outcome.Refused.class);
      }
      now = Instant.parse("2026-12-01T00:00:00Z");
      assertThat(reserve("r2", 1)).isEqualTo(new Outcome.Granted(1));
    } finally {
      TimeZone.setDefault(here);
    }
  }

  @Test
  void orphanedReservation_isGivenBack_andStillSettledOnceWhenItComesLate() {
    done(store.seed(key, Spent.NOTHING));
    reserve("r1", 90);
    now = now.plus(TTL.minusMillis(1));
    assertThat(reserve("r2", 11)).isInstanceOf(Outcome.Refused.class);
    now = now.plusMillis(1);
    assertThat(reserve("r3", 11)).isEqualTo(new Outcome.Granted(11));
    done(store.settle("r1", List.of(key), 70));
    done(store.settle("r1", List.of(key), 70));
    BudgetStore.Standing standing = done(store.standings(List.of(key))).getFirst();
    assertThat(standing).isEqualTo(new BudgetStore.Standing(new Spent(70, 70, 70), 11));
  }
}
