package dev.fairlead.gateway.budget;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/** What one spender has spent and reserved. Not thread-safe. */
final class SpenderBook {

  /** How long a settled reservation is remembered, so that telling it again changes nothing. */
  static final long REMEMBERED_MILLIS = 30_000;

  private static final long DAY_MILLIS = 86_400_000;

  private record Held(long nanoUsd, long untilMillis) {}

  /** In the order of their beginning, which is that of their end: all live equally long. */
  private final Map<String, Held> open = new LinkedHashMap<>();

  /** With the time until which they are remembered, in its order. */
  private final Map<String, Long> settled = new LinkedHashMap<>();

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
    for (Iterator<Held> held = open.values().iterator(); held.hasNext(); ) {
      Held oldest = held.next();
      if (oldest.untilMillis() > nowMillis) {
        break;
      }
      held.remove();
      reserved -= oldest.nanoUsd();
    }
    Iterator<Long> remembered = settled.values().iterator();
    while (remembered.hasNext() && remembered.next() <= nowMillis) {
      remembered.remove();
    }
  }

  /** Gives back what is held under an id. */
  void free(String id) {
    Held held = open.remove(id);
    if (held != null) {
      reserved -= held.nanoUsd();
    }
  }

  void reserve(String id, long nanoUsd, long untilMillis) {
    open.put(id, new Held(nanoUsd, untilMillis));
    reserved += nanoUsd;
  }

  void settle(String id, long nanoUsd, long nowMillis) {
    if (settled.putIfAbsent(id, nowMillis + REMEMBERED_MILLIS) != null) {
      return;
    }
    free(id);
    spent = new Spent(spent.day() + nanoUsd, spent.month() + nanoUsd, spent.total() + nanoUsd);
  }

  Spent spent() {
    return spent;
  }

  long reserved() {
    return reserved;
  }
}
