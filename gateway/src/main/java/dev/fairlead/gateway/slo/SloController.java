package dev.fairlead.gateway.slo;

import dev.fairlead.gateway.live.TryOutcome;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * Watches every model against every objective that its requests are under, and says how much
 * traffic it should be given. Its state is bounded by models times configured objectives.
 * Thread-safe; nothing blocks or runs by itself.
 */
public final class SloController {

  private final SloConfig config;
  private final LongSupplier nanos;
  private final Objectives objectives;
  private final Map<Key, Lane> lanes = new ConcurrentHashMap<>();

  /** A model under an objective. */
  private record Key(String model, String objective) {}

  private record Lane(BurnWindow window, TrafficShare share) {}

  /**
   * A controller that has seen nothing.
   *
   * @param nanos monotonic clock in nanoseconds
   */
  public SloController(SloConfig config, LongSupplier nanos) {
    this.config = config;
    this.nanos = nanos;
    this.objectives = new Objectives(config);
  }

  /**
   * Counts a try.
   *
   * @param traffic what the request was
   */
  public void record(String model, Traffic traffic, TryOutcome outcome) {
    if (outcome.kind() != TryOutcome.Kind.NEUTRAL) {
      for (Objective objective : objectives.of(model, traffic)) {
        lane(model, objective).window().record(outcome);
      }
    }
  }

  /** How fast a model burns the budget of its own objective. */
  public Burn burn(String model) {
    return find(model, objectives.ofModel(model))
        .map(lane -> lane.window().burn())
        .orElse(Burn.NONE);
  }

  /**
   * How fast a model burns the budgets of objectives that are not its own, by their names, such as
   * {@code tenant:acme}; only those that its requests have been under.
   */
  public Map<String, Burn> otherBurns(String model) {
    String own = objectives.ofModel(model).name();
    Map<String, Burn> burns = new TreeMap<>();
    lanes.forEach((key, lane) -> {
      if (key.model().equals(model) && !key.objective().equals(own)) {
        burns.put(key.objective(), lane.window().burn());
      }
    });
    return burns;
  }

  /** Names of the objectives that such requests are under, but for the model's own. */
  public List<String> otherObjectives(Traffic traffic) {
    return objectives.besidesModel(traffic).stream().map(Objective::name).toList();
  }

  /** The highest rate among the objectives that a request is under. */
  public double burn(String model, Traffic traffic) {
    double worst = 0;
    for (Objective objective : objectives.of(model, traffic)) {
      Optional<Lane> lane = find(model, objective);
      if (lane.isPresent()) {
        worst = Math.max(worst, lane.get().window().burn().effective());
      }
    }
    return worst;
  }

  /** Share of such requests that the model should be given, 0 to 1. */
  public double share(String model, Traffic traffic) {
    double least = 1;
    List<Objective> all = objectives.of(model, traffic);
    for (Objective objective : all) {
      Optional<Lane> known = find(model, objective);
      if (known.isPresent()) {
        Lane lane = known.get();
        least = Math.min(least, lane.share().after(lane.window().burn().effective()));
      }
    }
    return least;
  }

  /** What is promised of a model when nothing more is known of the request. */
  public Objective objective(String model) {
    return objectives.ofModel(model);
  }

  private Optional<Lane> find(String model, Objective objective) {
    return Optional.ofNullable(lanes.get(new Key(model, objective.name())));
  }

  private Lane lane(String model, Objective objective) {
    return lanes.computeIfAbsent(
        new Key(model, objective.name()),
        key -> new Lane(new BurnWindow(objective, config, nanos), new TrafficShare(config, nanos)));
  }
}
