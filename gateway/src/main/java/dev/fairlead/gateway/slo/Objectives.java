package dev.fairlead.gateway.slo;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Which objectives hold for what. Immutable. */
final class Objectives {

  private final Objective standard;
  private final Map<String, Objective> models = new HashMap<>();
  private final Map<String, Objective> routes = new HashMap<>();
  private final Map<String, Objective> tenants = new HashMap<>();

  Objectives(SloConfig config) {
    standard =
        new Objective(
            "default", config.latencyP95Ms(), config.firstTokenP95Ms(), config.availability());
    config.models().forEach((name, own) -> models.put(name, own("model:" + name, own)));
    config.routes().forEach((name, own) -> routes.put(name, own("route:" + name, own)));
    config.tenants().forEach((name, own) -> tenants.put(name, own("tenant:" + name, own)));
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

  /** All that hold for a try of a model: its own, and those of who asked and what was asked for. */
  List<Objective> of(String model, String route, String tenant) {
    Objective first = ofModel(model);
    Objective ofRoute = routes.get(route);
    Objective ofTenant = tenants.get(tenant);
    if (ofRoute == null && ofTenant == null) {
      return List.of(first);
    }
    List<Objective> all = new ArrayList<>(3);
    all.add(first);
    if (ofRoute != null) {
      all.add(ofRoute);
    }
    if (ofTenant != null) {
      all.add(ofTenant);
    }
    return all;
  }
}
