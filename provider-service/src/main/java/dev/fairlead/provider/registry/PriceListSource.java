package dev.fairlead.provider.registry;

import dev.fairlead.catalog.pricelist.CatalogConfig;
import dev.fairlead.catalog.pricelist.ImportReport;
import dev.fairlead.catalog.pricelist.PriceList;
import dev.fairlead.catalog.pricelist.PriceListUnavailable;
import dev.fairlead.catalog.pricelist.PriceLists;
import dev.fairlead.common.config.ConfigException;
import dev.fairlead.common.config.ConfigSource;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The operator's price list, read when the configuration is. A list that cannot be fetched does not
 * stop anything: the last one that could be goes on counting, and a warning says so. Used by one
 * thread at a time.
 */
final class PriceListSource {

  private static final Logger logger = LoggerFactory.getLogger(PriceListSource.class);

  private PriceList last = PriceList.NONE;

  /** The list that section {@code catalog} asks for. Blocks on the file or the network. */
  PriceList read(ConfigSource config, List<String> warnings) {
    CatalogConfig catalog = config.section("catalog", CatalogConfig.class);
    PriceList list = read(config, catalog, warnings);
    if (list != PriceList.NONE && list != last) {
      report(list, warnings);
    }
    last = list;
    return list;
  }

  private PriceList read(ConfigSource config, CatalogConfig catalog, List<String> warnings) {
    try {
      if (!catalog.priceFile().isEmpty()) {
        return PriceLists.file(Path.of(catalog.priceFile()));
      }
      if (catalog.priceUrl().isEmpty()) {
        return PriceList.NONE;
      }
      String url = BaseUrl.check("catalog.price_url", catalog.priceUrl());
      return PriceLists.url(URI.create(url), catalog.priceUrlTimeout());
    } catch (PriceListUnavailable e) {
      boolean known = last.origin().equals(catalog.priceUrl());
      warnings.add(
          "catalog.price_url: "
              + e.getMessage()
              + (known ? "; the last list counts" : "; only the shipped table counts"));
      return known ? last : PriceList.NONE;
    } catch (ConfigException e) {
      throw new ConfigException(config.origin() + ": catalog: " + e.getMessage(), e);
    }
  }

  private static void report(PriceList list, List<String> warnings) {
    ImportReport report = list.report();
    logger.info(
        "{}: {} models, {} other entries, prices without a place: {}",
        list.origin(),
        report.models(),
        report.skipped(),
        report.notExpressed());
    if (!report.problems().isEmpty()) {
      warnings.add(
          list.origin()
              + ": "
              + report.problems().size()
              + " entries left out, the first: "
              + report.problems().getFirst());
    }
  }
}
