package dev.fairlead.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.cache.EntryRecords.Record;
import dev.fairlead.cache.bound.ErrorBoundPolicy;
import dev.fairlead.cache.bound.Evidence;
import dev.fairlead.cache.bound.Group;
import dev.fairlead.cache.bound.Label;
import dev.fairlead.cache.bound.LabelLog;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

class EntryRecordsTest {

  private static final Group GROUP = new Group("acme", "auto");

  private final EntryRecords records = new EntryRecords();
  private final List<Label> kept = new CopyOnWriteArrayList<>();
  private final LabelLog log =
      records.following(
          new LabelLog() {
            @Override
            public void append(Label label) {
              kept.add(label);
            }

            @Override
            public CompletableFuture<List<Label>> read(Group group) {
              return CompletableFuture.completedFuture(List.copyOf(kept));
            }
          });

  private static Label label(String entryId, boolean correct) {
    return new Label(GROUP, entryId, Evidence.alone(0.9, 0.1), false, 1, correct, 0);
  }

  @Test
  void records_areThoseOfTheLog_whenThePolicyStarts() {
    log.append(label("a", true));
    log.append(label("a", false));
    log.append(label("b", true));
    new ErrorBoundPolicy(0.02, 0.1, () -> 0.5, log).seen(GROUP);
    assertThat(records.of("a")).isEqualTo(new Record(1, 1));
    assertThat(records.of("b")).isEqualTo(new Record(1, 0));
    assertThat(records.of("c")).isEqualTo(new Record(0, 0));
  }

  @Test
  void label_isToldTwice_whenTheFeedTellsWhatTheLogHadAlready() {
    log.append(label("a", true));
    new ErrorBoundPolicy(0.02, 0.1, () -> 0.5, log).seen(GROUP);
    assertThat(records.toldTwice(label("a", false))).isFalse();
    assertThat(records.toldTwice(label("a", true))).isTrue();
    assertThat(records.toldTwice(label("a", true))).as("once").isFalse();
  }

  @Test
  void records_areNotCountedTwice_whenTheLogIsReadAgain() {
    for (int i = 0; i < 3; i++) {
      records.count("a", true);
    }
    log.append(label("a", true));
    ErrorBoundPolicy policy = new ErrorBoundPolicy(0.02, 0.1, () -> 0.5, log);
    policy.seen(GROUP);
    policy.reload();
    assertThat(records.of("a")).isEqualTo(new Record(3, 0));
  }
}
