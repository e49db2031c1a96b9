package dev.fairlead.cache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.fairlead.cache.bound.Group;
import dev.fairlead.cache.bound.Label;
import dev.fairlead.cache.bound.LabelLog;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * How often an entry's answer was right for other requests, and how often wrong. Whatever is read
 * from the log for the policy is told here too: what the fit has learned of records is of no use
 * without them.
 */
final class EntryRecords {

  private static final int MAX_REMEMBERED = 200_000;

  /** Newest labels of a group's log that the feed may tell a second time, and for how long. */
  private static final int TOLD_AGAIN = 256;

  private static final Duration TOLD_WITHIN = Duration.ofMinutes(5);
  private static final int MAX_TOLD = 50_000;

  private static final Record NONE = new Record(0, 0);

  private final Cache<String, Record> records =
      Caffeine.newBuilder().maximumSize(MAX_REMEMBERED).executor(Runnable::run).build();

  private final Cache<Label, Boolean> readFromLog =
      Caffeine.newBuilder()
          .maximumSize(MAX_TOLD)
          .expireAfterWrite(TOLD_WITHIN)
          .executor(Runnable::run)
          .build();

  /** Of one entry. */
  record Record(int right, int wrong) {
    Record plus(boolean correct) {
      return correct ? new Record(right + 1, wrong) : new Record(right, wrong + 1);
    }

    int all() {
      return right + wrong;
    }
  }

  Record of(String entryId) {
    Record known = records.getIfPresent(entryId);
    return known == null ? NONE : known;
  }

  void count(String entryId, boolean correct) {
    records.asMap().merge(entryId, NONE.plus(correct), (old, one) -> old.plus(correct));
  }

  /**
   * Whether a label that the feed tells was read from the log already, which is written first: a
   * replica that starts, or reads everything again, is told of the last ones in both ways.
   */
  boolean toldTwice(Label label) {
    return readFromLog.asMap().remove(label) != null;
  }

  /** The log, of which every reading is told here as well. */
  LabelLog following(LabelLog log) {
    return new LabelLog() {
      @Override
      public void append(Label label) {
        log.append(label);
      }

      @Override
      public CompletableFuture<List<Label>> read(Group group) {
        return log.read(group)
            .thenApply(kept -> {
              restore(kept);
              return kept;
            });
      }
    };
  }

  /** The log keeps the newest labels only: a record that was made of more of them stays. */
  private void restore(List<Label> kept) {
    kept.subList(Math.max(0, kept.size() - TOLD_AGAIN), kept.size())
        .forEach(label -> readFromLog.put(label, true));
    Map<String, Record> read = new HashMap<>();
    kept.forEach(label ->
        read.merge(
            label.entryId(), NONE.plus(label.correct()), (old, one) -> old.plus(label.correct())));
    read.forEach((id, record) ->
        records.asMap().merge(id, record, (old, found) -> old.all() >= found.all() ? old : found));
  }
}
