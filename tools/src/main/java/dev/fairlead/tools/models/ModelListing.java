package dev.fairlead.tools.models;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.catalog.Capability;
import dev.fairlead.catalog.KnownModel;
import dev.fairlead.catalog.PriceConfig;
import dev.fairlead.catalog.PriceConfig.LongContextConfig;
import dev.fairlead.catalog.pricelist.PriceList;
import java.math.BigDecimal;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A price list in the form that {@code catalog.price_file} reads: YAML, one model a line.
 *
 * @param models number of models in it
 */
record ModelListing(String yaml, int models) {

  private static final JsonMapper JSON = new JsonMapper();

  /** The list's models of these vendors; of all when none are named. */
  static ModelListing of(PriceList list, Collection<String> vendors) {
    StringBuilder yaml =
        new StringBuilder("# From ")
            .append(list.origin())
            .append(". USD per million tokens.\nmodels:\n");
    int models = 0;
    for (String vendor : list.table().vendors()) {
      if (vendors.isEmpty() || vendors.contains(vendor)) {
        for (KnownModel model : list.table().ofVendor(vendor)) {
          yaml.append("  - ").append(line(vendor, model)).append('\n');
          models++;
        }
      }
    }
    return new ModelListing(models == 0 ? yaml + "  []\n" : yaml.toString(), models);
  }

  /** JSON is YAML, and quotes what must be quoted. */
  private static String line(String vendor, KnownModel model) {
    ObjectNode node = JSON.createObjectNode().put("id", model.id()).put("provider", vendor);
    if (model.price() != null) {
      node.set("price", price(model.price()));
    }
    node.put("context_window", model.contextWindow());
    node.put("max_output_tokens", model.maxOutputTokens());
    ArrayNode capabilities = node.putArray("capabilities");
    model.capabilities().stream().map(Capability::label).sorted().forEach(capabilities::add);
    node.put("source", model.source()).put("date", model.date());
    try {
      return JSON.writeValueAsString(node);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static ObjectNode price(PriceConfig price) {
    ObjectNode node = JSON.createObjectNode();
    rates(node, price.input(), price.output(), price.cachedInput(), price.cacheWrite());
    List<LongContextConfig> steps = price.longContext();
    if (steps != null) {
      ArrayNode array = node.putArray("long_context");
      for (LongContextConfig step : steps) {
        ObjectNode rates = array.addObject().put("above", step.above());
        rates(rates, step.input(), step.output(), step.cachedInput(), step.cacheWrite());
      }
    }
    return node;
  }

  private static void rates(
      ObjectNode node,
      @Nullable BigDecimal input,
      @Nullable BigDecimal output,
      @Nullable BigDecimal cachedInput,
      @Nullable BigDecimal cacheWrite) {
    put(node, "input", input);
    put(node, "output", output);
    put(node, "cached_input", cachedInput);
    put(node, "cache_write", cacheWrite);
  }

  private static void put(ObjectNode node, String name, @Nullable BigDecimal usd) {
    if (usd != null) {
      node.put(name, usd);
    }
  }
}
