package dev.fairlead.provider.registry;

import dev.fairlead.catalog.KnownModel;
import dev.fairlead.catalog.KnownModels;
import dev.fairlead.catalog.ModelConfig;
import dev.fairlead.catalog.VendorHosts;
import dev.fairlead.catalog.pricelist.PriceList;
import dev.fairlead.provider.openai.OpenAiConfig;
import java.util.List;
import java.util.Optional;

/**
 * What is publicly known of a configured model: from the operator's price list, else from the
 * shipped table. What the model's own entry says counts before both.
 */
final class ModelFacts {

  private static final String OPENAI = "openai";

  private final PriceList list;

  ModelFacts(PriceList list) {
    this.list = list;
  }

  /** Whose models a provider serves, as the table calls the vendor. */
  static String vendor(ConfiguredProvider provider) {
    return provider.config() instanceof OpenAiConfig openai
        ? VendorHosts.of(openai.baseUrl()).orElse(KnownModels.COMPATIBLE)
        : provider.kind().label();
  }

  /** The entry with what it leaves out filled in; what was assumed is added to {@code warnings}. */
  ModelConfig complete(ModelConfig model, ConfiguredProvider provider, List<String> warnings) {
    String vendor = vendor(provider);
    ModelConfig completed = completed(model, vendor);
    if (completed.price() != null || !vendor.equals(KnownModels.COMPATIBLE)) {
      return completed;
    }
    ModelConfig assumed = completed(completed, OPENAI);
    if (assumed.price() != null) {
      warnings.add(
          "model "
              + model.id()
              + " has no price: OpenAI's is taken for a model of that name, but who runs provider "
              + provider.name()
              + " is not known");
    }
    return assumed;
  }

  private ModelConfig completed(ModelConfig model, String vendor) {
    ModelConfig result = model;
    for (Optional<KnownModel> known :
        List.of(
            list.table().find(vendor, model.upstream()),
            KnownModels.find(vendor, model.upstream()))) {
      if (known.isPresent()) {
        result = result.completedBy(known.get());
      }
    }
    return result;
  }
}
