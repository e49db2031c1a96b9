package dev.fairlead.benchmarks;

import dev.fairlead.catalog.Capability;
import dev.fairlead.catalog.Catalog;
import dev.fairlead.catalog.ModelSpec;
import dev.fairlead.catalog.Price;
import dev.fairlead.catalog.Tier;
import dev.fairlead.gateway.routing.Decision;
import dev.fairlead.gateway.routing.ModelSelector;
import dev.fairlead.gateway.routing.RouteQuery;
import dev.fairlead.gateway.routing.Router;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** One routing decision over a catalogue: filtering, ranking and pricing of every candidate. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class RoutingBenchmark {

  /** Models of the catalogue. */
  @Param({"3", "50"})
  public int models;

  /** Model name of the request. */
  @Param({"auto", "auto:cheapest", "model-1"})
  public String requested = "auto";

  private final Router router = new SimulatedWorld("", 1).router;
  private final RouteQuery query =
      new RouteQuery(400, 1600, 0, 1, Set.of(Capability.TOOLS), OptionalDouble.of(0.4), null);
  private Catalog catalog = Catalog.of(1, List.of());

  /** Makes the catalogue. */
  @Setup
  public void makeCatalog() {
    List<ModelSpec> specs = new ArrayList<>();
    for (int i = 0; i < models; i++) {
      Tier tier = Tier.values()[i % 3];
      Price price = Price.of(100_000_000L * (i + 1), 400_000_000L * (i + 1));
      specs.add(
          new ModelSpec(
              "model-" + i, "lab", "m", tier, price, 128_000, 16_000, Set.of(Capability.TOOLS)));
    }
    catalog = Catalog.of(1, specs);
  }

  /** Reads the model name and decides. */
  @Benchmark
  public Decision route() {
    return router.route(query, ModelSelector.of(requested, null, "complexity", catalog), catalog);
  }
}
