package dev.fairlead.cache.bound;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
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

  private static final int MAX_GROUPS = 10_000;

  private final double maxErrorRate;
  private final double verifyShare;
  private final DoubleSupplier random;
  private final LabelLog log;
  private final Cache<Group, GroupController> groups =
      Caffeine.newBuilder().maximumSize(MAX_GROUPS).executor(Runnable::run).build();
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
    this.maxErrorRate = maxErrorRate;
    this.verifyShare = verifyShare;
    this.random = random;
    this.log = log;
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
    controller(label.group()).learn(label);
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

  /**
   * The groups' estimates, each by its share of the requests; the interval's ends likewise, which
   * is on the safe side.
   */
  private @Nullable Estimate falseHits() {
    List<GroupController> known =
        groups.asMap().values().stream().filter(group -> group.falseHits() != null).toList();
    double total = known.stream().mapToLong(GroupController::requests).sum();
    if (total == 0) {
      return null;
    }
    double value = 0;
    double low = 0;
    double high = 0;
    for (GroupController group : known) {
      Estimate estimate = Objects.requireNonNull(group.falseHits());
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

  /** A log that is empty or away says nothing: what is known here stays. */
  private void restore(Group group, GroupController controller) {
    var unused =
        log.read(group)
            .thenAccept(kept -> {
              if (!kept.isEmpty()) {
                controller.restore(kept);
              }
            })
            .exceptionally(error -> null);
  }
}
