package dev.fairlead.gateway.budget;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.gateway.budget.BudgetStore.Ask;
import dev.fairlead.gateway.budget.BudgetStore.Outcome;
import dev.fairlead.gateway.budget.BudgetStore.Standing;
import dev.fairlead.gateway.budget.Spender.Window;
import dev.fairlead.gateway.keys.Owner;
import dev.fairlead.gateway.keys.SpendLimits;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every store of budgets must do. */
abstract class BudgetStoreContract {

  static final Duration TTL = Duration.ofMinutes(15);

  private BudgetStore store;
  private String tenant = "";

  abstract BudgetStore open();

  @BeforeEach
  void openStore() {
    store = open();
    tenant = "acme {" + UUID.randomUUID() + "}";
  }

  private Spender spender(Owner.Kind kind, String id, long day, long month, long total) {
    return new Spender(tenant, kind, tenant + id, new SpendLimits(day, month, total));
  }

  private Spender known(Owner.Kind kind, String id, long day, long month, long total) {
    Spender spender = spender(kind, id, day, month, total);
    done(store.seed(spender, Spent.NOTHING));
    return spender;
  }

  static <T> T done(CompletionStage<T> stage) {
    try {
      return stage.toCompletableFuture().get(20, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static Ask ask(String id, long amount, Spender... spenders) {
    return new Ask(id, List.of(spenders), amount, amount, amount, TTL);
  }

  private Outcome reserve(String id, long amount, Spender... spenders) {
    return done(store.reserve(ask(id, amount, spenders)));
  }

  private Standing standing(Spender spender) {
    return done(store.standings(List.of(spender))).getFirst();
  }

  @Test
  void reservation_isReplaced_byWhatWasSpent() {
    Spender key = known(Owner.Kind.KEY, "k", 100, 0, 0);
    assertThat(reserve("r1", 60, key)).isEqualTo(new Outcome.Granted(60));
    assertThat(standing(key)).isEqualTo(new Standing(Spent.NOTHING, 60));
    assertThat(reserve("r2", 60, key)).isEqualTo(new Outcome.Refused(0, Window.DAY, 0, 60));
    done(store.settle("r1", List.of(key), 25));
    assertThat(standing(key)).isEqualTo(new Standing(new Spent(25, 25, 25), 0));
    assertThat(reserve("r3", 75, key)).isEqualTo(new Outcome.Granted(75));
    assertThat(reserve("r4", 1, key)).isEqualTo(new Outcome.Refused(0, Window.DAY, 25, 75));
  }

  @Test
  void reservation_takesThePlaceOfWhatItsIdHeldBefore_evenWhenItIsRefused() {
    Spender key = known(Owner.Kind.KEY, "k", 100, 0, 0);
    assertThat(reserve("r1", 60, key)).isEqualTo(new Outcome.Granted(60));
    assertThat(reserve("r1", 90, key)).isEqualTo(new Outcome.Granted(90));
    assertThat(standing(key).reserved()).isEqualTo(90);
    assertThat(reserve("r1", 101, key)).isEqualTo(new Outcome.Refused(0, Window.DAY, 0, 0));
    assertThat(standing(key).reserved()).isZero();
    assertThat(reserve("r1", 100, key)).isEqualTo(new Outcome.Granted(100));
    done(store.settle("r1", List.of(key), 40));
    assertThat(standing(key)).isEqualTo(new Standing(new Spent(40, 40, 40), 0));
  }

  @Test
  void reservation_isHeldByAll_orByNone() {
    Spender key = known(Owner.Kind.KEY, "k", 100, 0, 0);
    Spender team = known(Owner.Kind.TEAM, "t", 0, 50, 0);
    Spender owner = known(Owner.Kind.TENANT, "", 0, 0, 80);
    assertThat(reserve("r1", 51, key, team, owner))
        .isEqualTo(new Outcome.Refused(1, Window.MONTH, 0, 0));
    assertThat(standing(key).reserved()).isZero();
    assertThat(standing(owner).reserved()).isZero();
    assertThat(reserve("r2", 50, key, team, owner)).isEqualTo(new Outcome.Granted(50));
    assertThat(reserve("r3", 31, owner)).isEqualTo(new Outcome.Refused(0, Window.TOTAL, 0, 50));
    done(store.settle("r2", List.of(key, team, owner), 50));
    assertThat(standing(team)).isEqualTo(new Standing(new Spent(50, 50, 50), 0));
  }

  @Test
  void settlement_countsOnce_howeverOftenItIsTold() {
    Spender key = known(Owner.Kind.KEY, "k", 100, 0, 0);
    reserve("r1", 10, key);
    BudgetStore.Change first = done(store.settle("r1", List.of(key), 10)).getFirst();
    BudgetStore.Change second = done(store.settle("r1", List.of(key), 10)).getFirst();
    assertThat(first.before().day()).isZero();
    assertThat(first.after().day()).isEqualTo(10);
    assertThat(second.before()).isEqualTo(second.after());
    assertThat(standing(key)).isEqualTo(new Standing(new Spent(10, 10, 10), 0));
  }

  /** Otherwise nobody would ask any more what it had spent before. */
  @Test
  void settlement_ofASpenderThatIsNotKnown_makesItNotKnown() {
    Spender key = spender(Owner.Kind.KEY, "k", 100, 0, 0);
    Spender owner = known(Owner.Kind.TENANT, "", 0, 0, 100);
    for (long spent : new long[] {0, 7}) {
      BudgetStore.Change change =
          done(store.settle("r" + spent, List.of(key, owner), spent)).getFirst();
      assertThat(change).isEqualTo(new BudgetStore.Change(Spent.NOTHING, Spent.NOTHING));
      assertThat(reserve("next", 1, key, owner)).isEqualTo(new Outcome.Unseeded(List.of(0)));
    }
    assertThat(standing(owner).spent()).isEqualTo(new Spent(7, 7, 7));
    done(store.seed(key, new Spent(99, 99, 99)));
    assertThat(reserve("last", 2, key, owner)).isEqualTo(new Outcome.Refused(0, Window.DAY, 99, 0));
  }

  @Test
  void cost_counts_evenWhenItIsMoreThanWasReserved() {
    Spender key = known(Owner.Kind.KEY, "k", 100, 0, 0);
    reserve("r1", 10, key);
    done(store.settle("r1", List.of(key), 130));
    assertThat(reserve("r2", 0, key)).isEqualTo(new Outcome.Refused(0, Window.DAY, 130, 0));
  }

  @Test
  void scarceBudget_grantsWhatIsLikely_andAFullOneEverything() {
    Spender key = known(Owner.Kind.KEY, "k", 1600, 0, 0);
    assertThat(done(store.reserve(new Ask("r1", List.of(key), 90, 20, 5, TTL))))
        .isEqualTo(new Outcome.Granted(90));
    // 1510 are left, a sixteenth of them is less than everything.
    assertThat(done(store.reserve(new Ask("r2", List.of(key), 500, 20, 5, TTL))))
        .isEqualTo(new Outcome.Granted(94));
    assertThat(done(store.reserve(new Ask("r3", List.of(key), 2000, 1410, 5, TTL))))
        .isEqualTo(new Outcome.Granted(1410));
    assertThat(done(store.reserve(new Ask("r4", List.of(key), 500, 100, 5, TTL))))
        .isEqualTo(new Outcome.Granted(6));
    assertThat(done(store.reserve(new Ask("r5", List.of(key), 500, 100, 5, TTL))))
        .isInstanceOf(Outcome.Refused.class);
  }

  @Test
  void unknownSpender_isAskedFor_andSeededOnce() {
    Spender key = spender(Owner.Kind.KEY, "k", 100, 0, 0);
    Spender owner = known(Owner.Kind.TENANT, "", 100, 0, 0);
    assertThat(reserve("r1", 1, owner, key)).isEqualTo(new Outcome.Unseeded(List.of(1)));
    assertThat(standing(owner).reserved()).isZero();
    done(store.seed(key, new Spent(90, 95, 99)));
    done(store.seed(key, new Spent(0, 0, 0)));
    assertThat(standing(key).spent()).isEqualTo(new Spent(90, 95, 99));
    assertThat(reserve("r2", 11, key)).isEqualTo(new Outcome.Refused(0, Window.DAY, 90, 0));
    assertThat(reserve("r3", 10, key)).isEqualTo(new Outcome.Granted(10));
  }

  @Test
  void largeAmounts_areExact() {
    long limit = 4_000_000_000_000_001L;
    Spender key = known(Owner.Kind.KEY, "k", limit, 0, 0);
    assertThat(reserve("r1", limit - 1, key)).isEqualTo(new Outcome.Granted(limit - 1));
    done(store.settle("r1", List.of(key), limit - 1));
    assertThat(standing(key).spent().total()).isEqualTo(limit - 1);
    assertThat(reserve("r2", 1, key)).isEqualTo(new Outcome.Granted(1));
    assertThat(reserve("r3", 1, key)).isInstanceOf(Outcome.Refused.class);
  }

  @Test
  void hundredsAtOnce_neverHoldMoreThanThereIs() throws Exception {
    Spender key = known(Owner.Kind.KEY, "k", 500, 0, 0);
    Spender owner = known(Owner.Kind.TENANT, "", 0, 0, 10_000);
    List<Callable<Boolean>> tasks = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      String id = "r" + i;
      tasks.add(() -> reserve(id, 10, key, owner) instanceof Outcome.Granted);
    }
    int granted = 0;
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Future<Boolean> task : threads.invokeAll(tasks)) {
        granted += task.get() ? 1 : 0;
      }
    }
    assertThat(granted).isEqualTo(50);
    assertThat(standing(owner).reserved()).isEqualTo(500);
  }
}
