package dev.fairlead.cache.bound;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the share of requests that are answered wrongly from the cache under a bound the operator
 * sets, by one {@link GroupController} for each tenant and model. A share of the would-be hits is
 * answered fresh and compared: without that it would never learn that it has begun to be wrong.
 */
public final class ErrorBoundPolicy implements ServePolicy {

  /** Labels in memory, of all groups: some 300 MB. */
  private static final long MOST_LABELS = 2_000_000;

  /** What a group takes besides its labels, in labels. */
  private static final int EMPTY_GROUP = 200;

  private final double maxErrorRate;
  private final double verifyShare;
  private final DoubleSupplier random;
  private final LabelLog log;
  private final Cache<Group, GroupController> groups;
  private final LongAdder labels = new LongAdder();
  private final LongAdder wrong = new LongAdder();

  /**
   * Starts knowing nothing, which means serving nothing.
   *
   * @param maxErrorRate allowed share of wrongly answered requests, above 0 up to 1
   * @param verifyShare share of would-be hits that are checked at first, above 0 up to 1; it falls
   *     to three tenths of that as labels come in
   * @param random uniform in [0, 1), thread-safe
   * @param log where labels of earlier and other processes are
   */
  public ErrorBoundPolicy(
      double maxErrorRate, double verifyShare, DoubleSupplier random, LabelLog log) {
    this(maxErrorRate, verifyShare, random, log, MOST_LABELS);
  }

  /**
   * The same with another bound on memory.
   *
   * @param mostLabels of all groups; those that nobody has asked for lately are forgotten beyond
   */
  ErrorBoundPolicy(
      double maxErrorRate,
      double verifyShare,
      DoubleSupplier random,
      LabelLog log,
      long mostLabels) {
    this.maxErrorRate = maxErrorRate;
    this.verifyShare = verifyShare;
    this.random = random;
    this.log = log;
    this.groups =
        Caffeine.newBuilder()
            .maximumWeight(mostLabels)
            .weigher((Group group, GroupController known) -> EMPTY_GROUP + known.kept())
            .executor(Runnable::run)
            .build();
  }

  @Override
  public String name() {
    return "error_bound";
  }

  @Override
  public void seen(Group group) {
    controller(group).seen();
  }

  @Override
  public Verdict decide(Group group, String entryId, Evidence evidence) {
    return controller(group).decide(evidence, random.getAsDouble());
  }

  @Override
  public boolean serves(Group group, String entryId, Evidence evidence) {
    return controller(group).serves(evidence);
  }

  @Override
  public void learn(Label label) {
    labels.increment();
    if (!label.correct()) {
      wrong.increment();
    }
    GroupController controller = controller(label.group());
    controller.learn(label);
    weigh(label.group(), controller);
  }

  @Override
  public long takeUntold(Group group) {
    return controller(group).takeUntold();
  }

  @Override
  public Standing standing() {
    Optional<GroupController> best =
        groups.asMap().values().stream().max(Comparator.comparingLong(GroupController::labels));
    return new Standing(
        labels.sum(),
        wrong.sum(),
        falseHits(),
        best.map(GroupController::operatingSimilarity).orElse(null));
  }

  private record Known(Estimate estimate, long requests) {}

  /**
   * The groups' estimates, each by its share of the requests; the interval's ends likewise, which
   * is on the safe side.
   */
  private @Nullable Estimate falseHits() {
    List<Known> known = new ArrayList<>();
    double total = 0;
    for (GroupController group : groups.asMap().values()) {
      Estimate estimate = group.falseHits();
      if (estimate != null) {
        known.add(new Known(estimate, group.requests()));
        total += known.getLast().requests();
      }
    }
    if (total == 0) {
      return null;
    }
    double value = 0;
    double low = 0;
    double high = 0;
    for (Known group : known) {
      Estimate estimate = group.estimate();
      double share = group.requests() / total;
      value += share * estimate.value();
      low += share * estimate.low();
      high += share * estimate.high();
    }
    return new Estimate(value, low, high);
  }

  private GroupController controller(Group group) {
    GroupController known = groups.getIfPresent(group);
    if (known != null) {
      return known;
    }
    GroupController fresh = new GroupController(maxErrorRate, verifyShare);
    GroupController raced = groups.asMap().putIfAbsent(group, fresh);
    if (raced != null) {
      return raced;
    }
    restore(group, fresh);
    return fresh;
  }

  @Override
  public void reload() {
    groups.asMap().forEach(this::restore);
  }

  /** Labels in memory. */
  long labelsKept() {
    return groups.asMap().values().stream().mapToLong(GroupController::kept).sum();
  }

  /** It has grown; put again, it is weighed again. */
  private void weigh(Group group, GroupController controller) {
    groups.asMap().replace(group, controller);
  }

  /** A log that is empty or away says nothing: what is known here stays. */
  private void restore(Group group, GroupController controller) {
    var unused =
        log.read(group)
            .thenAccept(kept -> {
              if (!kept.isEmpty()) {
                controller.restore(kept);
                weigh(group, controller);
              }
            })
            .exceptionally(error -> null);
  }
}
