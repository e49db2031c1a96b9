package dev.fairlead.gateway.slo;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Which objectives hold for what. Immutable. */
final class Objectives {

  private final Objective standard;
  private final Map<String, Objective> models = new HashMap<>();
  private final Map<String, Objective> routes = new HashMap<>();
  private final Map<String, Objective> tenants = new HashMap<>();
  private final Map<String, Objective> classes = new HashMap<>();

  Objectives(SloConfig config) {
    standard =
        new Objective(
            "default", config.latencyP95Ms(), config.firstTokenP95Ms(), config.availability());
    config.models().forEach((name, own) -> models.put(name, own("model:" + name, own)));
    config.routes().forEach((name, own) -> routes.put(name, own("route:" + name, own)));
    config.tenants().forEach((name, own) -> tenants.put(name, own("tenant:" + name, own)));
    config.classes().forEach((name, own) -> classes.put(name, own("class:" + name, own)));
  }

  private Objective own(String name, SloConfig.OwnObjective own) {
    return new Objective(
        name,
        or(own.latencyP95Ms(), standard.latencyP95Ms()),
        or(own.firstTokenP95Ms(), standard.firstTokenP95Ms()),
        or(own.availability(), standard.availability()));
  }

  private static double or(@Nullable Double own, double otherwise) {
    return own == null ? otherwise : own;
  }

  /** The model's own objective, or the section's. */
  Objective ofModel(String model) {
    return models.getOrDefault(model, standard);
  }

  /**
   * All that hold for a try of a model: its own first, and those of who asked and what was asked
   * for. Of a class only the narrower one holds.
   */
  List<Objective> of(String model, Traffic traffic) {
    List<Objective> others = besidesModel(traffic);
    return others.isEmpty()
        ? List.of(ofModel(model))
        : Stream.concat(Stream.of(ofModel(model)), others.stream()).toList();
  }

  /** Those of who asked and what was asked for. */
  List<Objective> besidesModel(Traffic traffic) {
    Objective ofRoute = routes.get(traffic.route());
    Objective ofTenant = tenants.get(traffic.tenant());
    Objective ofKind = classes.get(traffic.kind());
    Objective ofClass = classes.getOrDefault(traffic.promptClass(), ofKind);
    if (ofRoute == null && ofTenant == null && ofClass == null) {
      return List.of();
    }
    return Stream.of(ofRoute, ofTenant, ofClass).filter(Objects::nonNull).toList();
  }
}
