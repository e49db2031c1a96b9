package dev.fairlead.gateway.budget;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;

/** What one spender has spent and reserved. Not thread-safe. */
final class SpenderBook {

  /** How long a settled reservation is remembered, so that telling it again changes nothing. */
  static final long REMEMBERED_MILLIS = 120_000;

  private static final long DAY_MILLIS = 86_400_000;

  private record Expiry(String id, long atMillis) {}

  private final Map<String, Long> open = new HashMap<>();
  private final PriorityQueue<Expiry> expiries =
      new PriorityQueue<>((a, b) -> Long.compare(a.atMillis(), b.atMillis()));
  private final Set<String> settled = new HashSet<>();
  private final Deque<Expiry> forgetting = new ArrayDeque<>();
  private long day;
  private int month;
  private Spent spent;
  private long reserved;

  SpenderBook(long nowMillis, Spent spent) {
    this.spent = spent;
    this.day = Math.floorDiv(nowMillis, DAY_MILLIS);
    this.month = month(nowMillis);
  }

  private static int month(long nowMillis) {
    LocalDate date = LocalDate.ofInstant(Instant.ofEpochMilli(nowMillis), ZoneOffset.UTC);
    return date.getYear() * 12 + date.getMonthValue();
  }

  /**
   * Begins a new day or month when it has come, and gives back what has expired. A clock that goes
   * back changes nothing: money that was spent yesterday would otherwise be there again.
   */
  void turn(long nowMillis) {
    long today = Math.floorDiv(nowMillis, DAY_MILLIS);
    if (today > day) {
      int thisMonth = month(nowMillis);
      spent = new Spent(0, thisMonth > month ? 0 : spent.month(), spent.total());
      day = today;
      month = thisMonth;
    }
    for (Expiry next = expiries.peek();
        next != null && next.atMillis() <= nowMillis;
        next = expiries.peek()) {
      expiries.poll();
      Long amount = open.remove(next.id());
      if (amount != null) {
        reserved -= amount;
      }
    }
    while (!forgetting.isEmpty() && forgetting.getFirst().atMillis() <= nowMillis) {
      settled.remove(forgetting.removeFirst().id());
    }
  }

  void reserve(String id, long nanoUsd, long expiresMillis) {
    open.put(id, nanoUsd);
    expiries.add(new Expiry(id, expiresMillis));
    reserved += nanoUsd;
  }

  void settle(String id, long nanoUsd, long nowMillis) {
    if (!settled.add(id)) {
      return;
    }
    forgetting.addLast(new Expiry(id, nowMillis + REMEMBERED_MILLIS));
    Long amount = open.remove(id);
    if (amount != null) {
      reserved -= amount;
    }
    spent = new Spent(spent.day() + nanoUsd, spent.month() + nanoUsd, spent.total() + nanoUsd);
  }

  Spent spent() {
    return spent;
  }

  long reserved() {
    return reserved;
  }
}
