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
  private final Cache<Group, GroupController> groups =
      Caffeine.newBuilder().maximumSize(MAX_GROUPS).executor(Runnable::run).build();
  private final LongAdder labels = new LongAdder();
  private final LongAdder wrong = new LongAdder();

  /**
   * Starts knowing nothing, which means serving nothing.
   *
   * @param maxErrorRate allowed share of wrongly answered requests, above 0 up to 1
   * @param verifyShare share of would-be hits that are checked, above 0 up to 1
   * @param random uniform in [0, 1), thread-safe
   */
  public ErrorBoundPolicy(double maxErrorRate, double verifyShare, DoubleSupplier random) {
    this.maxErrorRate = maxErrorRate;
    this.verifyShare = verifyShare;
    this.random = random;
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
  public Decision decide(Group group, Evidence evidence) {
    if (!controller(group).serves(evidence)) {
      return Decision.REFUSE;
    }
    return random.getAsDouble() < verifyShare ? Decision.VERIFY : Decision.SERVE;
  }

  @Override
  public double weight(Decision decision) {
    return decision == Decision.VERIFY ? 1 / verifyShare : 1;
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
    return groups.get(group, key -> new GroupController(maxErrorRate));
  }
}
