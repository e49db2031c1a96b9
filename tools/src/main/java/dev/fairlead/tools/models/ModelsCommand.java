package dev.fairlead.tools.models;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.catalog.Capability;
import dev.fairlead.catalog.KnownModel;
import dev.fairlead.catalog.KnownModels;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Lists the models of the shipped table. */
@Command(
    name = "models",
    description = "Lists well-known models with prices in USD per million tokens.",
    subcommands = ImportCommand.class,
    mixinStandardHelpOptions = true)
public final class ModelsCommand implements Callable<Integer> {

  @Option(names = "--vendor", paramLabel = "NAME", description = "Only this vendor's models.")
  private @Nullable String vendor;

  @Option(names = "--json", description = "Print JSON instead of a table.")
  private boolean json;

  @Spec private CommandSpec spec;

  /** For picocli, which sets the fields. */
  @SuppressWarnings("NullAway.Init")
  public ModelsCommand() {}

  @Override
  public Integer call() {
    if (vendor != null && !KnownModels.VENDORS.contains(vendor)) {
      throw new ParameterException(
          spec.commandLine(),
          "--vendor: "
              + vendor
              + " (expected one of: "
              + String.join(", ", KnownModels.VENDORS)
              + ")");
    }
    List<String> vendors = vendor == null ? KnownModels.VENDORS : List.of(vendor);
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(json(vendors));
    } else {
      table(out, vendors);
    }
    out.flush();
    return 0;
  }

  private static void table(PrintWriter out, List<String> vendors) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(
        List.of(
            "VENDOR", "MODEL", "TIER", "IN", "OUT", "CACHED", "LONG PROMPTS", "WINDOW", "READ"));
    for (String name : vendors) {
      for (KnownModel model : KnownModels.ofVendor(name)) {
        rows.add(
            List.of(
                name,
                model.id(),
                model.tier() == null ? "-" : model.tier().label(),
                Prices.input(model.price()),
                Prices.output(model.price()),
                Prices.cached(model.price()),
                Prices.longContext(model.price()),
                model.contextWindow() == 0 ? "-" : Long.toString(model.contextWindow()),
                model.date()));
      }
    }
    TextTable.print(out, rows);
  }

  private static String json(List<String> vendors) {
    ArrayNode models = new JsonMapper().createArrayNode();
    for (String name : vendors) {
      for (KnownModel model : KnownModels.ofVendor(name)) {
        ObjectNode node = models.addObject().put("vendor", name).put("id", model.id());
        node.put("tier", model.tier() == null ? null : model.tier().label());
        if (model.price() != null) {
          node.put("input", model.price().input()).put("output", model.price().output());
          node.put("cached_input", model.price().cachedInput());
          node.put("cache_write", model.price().cacheWrite());
        }
        node.put("context_window", model.contextWindow());
        node.put("max_output_tokens", model.maxOutputTokens());
        node.put(
            "capabilities",
            model.capabilities().stream()
                .map(Capability::label)
                .sorted()
                .collect(Collectors.joining(",")));
        node.put("note", model.note()).put("source", model.source()).put("date", model.date());
      }
    }
    return models.toPrettyString();
  }
}
