package dev.fairlead.benchmarks.money;

import dev.fairlead.common.config.ConfigSource;
import dev.fairlead.gateway.budget.BudgetConfig;
import dev.fairlead.gateway.budget.BudgetStore;
import dev.fairlead.gateway.budget.Budgets;
import dev.fairlead.gateway.budget.Reservation;
import dev.fairlead.gateway.budget.Spent;
import dev.fairlead.gateway.keys.Grants;
import dev.fairlead.gateway.keys.KeyChanges;
import dev.fairlead.gateway.keys.KeyDirectory;
import dev.fairlead.gateway.keys.KeyRequest;
import dev.fairlead.gateway.keys.Principal;
import dev.fairlead.gateway.keys.Quota;
import dev.fairlead.gateway.keys.RateLimits;
import dev.fairlead.gateway.keys.SharedKeyBook;
import dev.fairlead.gateway.keys.SharedQuota;
import dev.fairlead.gateway.keys.SpendLimits;
import dev.fairlead.gateway.limits.LimitStore;
import dev.fairlead.gateway.limits.RateLimiter;
import dev.fairlead.gateway.state.FileStateStore;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * All that stands between a request and its model: keys of a team of a tenant, with limits and
 * budgets on all three levels that are never reached. The parts are the gateway's own.
 */
final class Door {

  private static final long PLENTY = Long.MAX_VALUE / 4;
  private static final Quota QUOTA =
      new Quota(
          new RateLimits(1_000_000_000, 1_000_000_000_000L, 1_000_000),
          new SpendLimits(PLENTY, PLENTY, PLENTY));

  private static final long TOKENS = 1100;
  private static final long MOST = 210_000;

  final KeyDirectory keys;
  final List<String> tokens = new ArrayList<>();
  private final RateLimiter limiter;
  private final Budgets budgets;

  Door(LimitStore limits, BudgetStore budgets, int keyCount) throws IOException {
    SharedKeyBook book =
        new SharedKeyBook(
            FileStateStore.strict(Files.createTempDirectory("fairlead-benchmark"), "keys"));
    KeyChanges changes = new KeyChanges(book, InstantSource.system());
    changes.share(new SharedQuota("acme", "", QUOTA));
    changes.share(new SharedQuota("acme", "search", QUOTA));
    for (int i = 0; i < keyCount; i++) {
      KeyRequest request =
          new KeyRequest("key " + i, "acme", "search", null, Grants.ALL, List.of(), QUOTA, null);
      tokens.add(changes.create(request).token());
    }
    this.keys = new KeyDirectory(book, false, InstantSource.system());
    this.limiter = new RateLimiter(limits);
    this.budgets =
        new Budgets(
            ConfigSource.parse("benchmark", "", Map.of()).section("budgets", BudgetConfig.class),
            budgets,
            (tenant, kind, id, today) -> Spent.NOTHING,
            (spender, window, percent, spent, limit) -> {},
            Runnable::run,
            InstantSource.system(),
            new SimpleMeterRegistry());
  }

  /** Whose a key is. */
  Principal authenticate() {
    return keys.authenticate(tokens.getFirst());
  }

  /** Lets a request in by its limits alone, as one that holds no money. */
  RateLimiter.Pass admit(Principal principal) {
    return limiter.admit(principal, TOKENS).join();
  }

  /** Lets a request in as the pipeline does: with its money in the same step, where that can be. */
  RateLimiter.Pass admitAndHold(Principal principal) {
    Reservation wish =
        limiter.holdsMoney() ? budgets.wish(Budgets.spenders(principal), MOST) : null;
    return limiter.admit(principal, TOKENS, wish).join();
  }

  /** The money that it has held, or else holds now, once it is known who answers. */
  Reservation hold(Principal principal, RateLimiter.Pass pass) {
    Reservation held = pass.takeHeld();
    return held == null ? hold(principal) : held;
  }

  /** Holds money for it. */
  Reservation hold(Principal principal) {
    Reservation held =
        budgets
            .reserve(Budgets.spenders(principal), MOST, 100_000, 10_000)
            .toCompletableFuture()
            .join();
    if (held == null) {
      throw new IllegalStateException("nothing was held");
    }
    return held;
  }

  /** The request has ended. */
  static void end(RateLimiter.Pass pass, Reservation held) {
    held.settle(150_000);
    pass.end(TOKENS);
  }
}
