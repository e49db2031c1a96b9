package dev.fairlead.gateway.budget;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Budgets of one gateway alone. Thread-safe. */
public final class MemoryBudgetStore implements BudgetStore {

  private final InstantSource clock;
  private final Map<String, SpenderBook> books = new HashMap<>();

  /** Without anything spent. */
  public MemoryBudgetStore(InstantSource clock) {
    this.clock = clock;
  }

  private static String name(Spender spender) {
    return spender.kind() + ":" + spender.id();
  }

  @Override
  public synchronized CompletionStage<Outcome> reserve(Ask ask) {
    long now = clock.millis();
    List<Integer> unseeded = new ArrayList<>(0);
    long left = Long.MAX_VALUE;
    Outcome.@Nullable Refused tightest = null;
    List<Spender> spenders = ask.spenders();
    for (int i = 0; i < spenders.size(); i++) {
      SpenderBook book = books.get(name(spenders.get(i)));
      if (book == null) {
        unseeded.add(i);
        continue;
      }
      book.turn(now);
      book.free(ask.id());
      for (Spender.Window window : Spender.Window.values()) {
        long limit = window.limit(spenders.get(i).limits());
        long rest = limit - book.spent().in(window) - book.reserved();
        if (limit > 0 && rest < left) {
          left = rest;
          tightest = new Outcome.Refused(i, window, book.spent().in(window), book.reserved());
        }
      }
    }
    if (!unseeded.isEmpty()) {
      return CompletableFuture.completedFuture(new Outcome.Unseeded(unseeded));
    }
    long granted = ask.grant(left);
    if (granted < 0 && tightest != null) {
      return CompletableFuture.completedFuture(tightest);
    }
    for (Spender spender : spenders) {
      SpenderBook book = books.get(name(spender));
      if (book != null) {
        book.reserve(ask.id(), granted, now + ask.ttl().toMillis());
      }
    }
    return CompletableFuture.completedFuture(new Outcome.Granted(granted));
  }

  @Override
  public synchronized CompletionStage<List<Change>> settle(
      String id, List<Spender> spenders, long spentNanoUsd) {
    long now = clock.millis();
    List<Change> changes = new ArrayList<>(spenders.size());
    for (Spender spender : spenders) {
      SpenderBook book = books.get(name(spender));
      if (book == null) {
        changes.add(new Change(Spent.NOTHING, Spent.NOTHING));
        continue;
      }
      book.turn(now);
      Spent before = book.spent();
      book.settle(id, spentNanoUsd, now);
      changes.add(new Change(before, book.spent()));
    }
    return CompletableFuture.completedFuture(changes);
  }

  @Override
  public synchronized CompletionStage<Void> seed(Spender spender, Spent spent) {
    books.computeIfAbsent(name(spender), n -> new SpenderBook(clock.millis(), spent));
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public synchronized CompletionStage<List<Standing>> standings(List<Spender> spenders) {
    List<Standing> standings = new ArrayList<>(spenders.size());
    for (Spender spender : spenders) {
      SpenderBook book = books.get(name(spender));
      if (book == null) {
        standings.add(new Standing(Spent.NOTHING, 0));
      } else {
        book.turn(clock.millis());
        standings.add(new Standing(book.spent(), book.reserved()));
      }
    }
    return CompletableFuture.completedFuture(standings);
  }
}
