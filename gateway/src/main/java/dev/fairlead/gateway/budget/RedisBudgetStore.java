package dev.fairlead.gateway.budget;

import dev.fairlead.redis.RedisLink;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.redisson.api.RScript;

/**
 * Budgets of all gateways in Redis: one script, one round trip, Redis's own time. All spenders of a
 * tenant have keys with the same hash tag, so that a cluster keeps them on one node. Thread-safe.
 */
public final class RedisBudgetStore implements BudgetStore {

  private final RedisLink link;
  private final long timeoutMillis;

  /**
   * Over a connection.
   *
   * @param timeoutMillis after which a call counts as failed
   */
  public RedisBudgetStore(RedisLink link, long timeoutMillis) {
    this.link = link;
    this.timeoutMillis = timeoutMillis;
  }

  private CompletableFuture<List<Long>> run(List<Spender> spenders, Object... arguments) {
    return link.<List<Long>>script(
            BudgetScript.LUA,
            RScript.ReturnType.LIST,
            BudgetScript.keys(link.keyPrefix(), spenders),
            arguments)
        .orTimeout(timeoutMillis, TimeUnit.MILLISECONDS);
  }

  @Override
  public CompletionStage<Outcome> reserve(Ask ask) {
    return run(ask.spenders(), BudgetScript.reserve(ask).toArray())
        .thenApply(RedisBudgetStore::outcome);
  }

  private static Outcome outcome(List<Long> answer) {
    return switch (answer.getFirst().intValue()) {
      case 0 -> new Outcome.Granted(answer.get(1));
      case 1 ->
          new Outcome.Refused(
              answer.get(1).intValue(),
              Spender.Window.values()[answer.get(2).intValue()],
              answer.get(3),
              answer.get(4));
      default ->
          new Outcome.Unseeded(
              answer.subList(1, answer.size()).stream().map(Long::intValue).toList());
    };
  }

  @Override
  public CompletionStage<List<Change>> settle(
      String id, List<Spender> spenders, long spentNanoUsd) {
    return run(spenders, "settle", id, spentNanoUsd, SpenderBook.REMEMBERED_MILLIS)
        .thenApply(answer -> {
          List<Change> changes = new ArrayList<>();
          for (int i = 0; i < answer.size(); i += 6) {
            changes.add(new Change(spent(answer, i), spent(answer, i + 3)));
          }
          return changes;
        });
  }

  private static Spent spent(List<Long> answer, int from) {
    return new Spent(answer.get(from), answer.get(from + 1), answer.get(from + 2));
  }

  @Override
  public CompletionStage<Void> seed(Spender spender, Spent spent) {
    return run(List.of(spender), "seed", spent.day(), spent.month(), spent.total())
        .thenApply(answer -> null);
  }

  @Override
  public CompletionStage<List<Standing>> standings(List<Spender> spenders) {
    return run(spenders, "standings")
        .thenApply(answer -> {
          List<Standing> standings = new ArrayList<>();
          for (int i = 0; i < answer.size(); i += 4) {
            standings.add(new Standing(spent(answer, i), answer.get(i + 3)));
          }
          return standings;
        });
  }
}
