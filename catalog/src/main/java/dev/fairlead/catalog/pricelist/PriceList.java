package dev.fairlead.catalog.pricelist;

import dev.fairlead.catalog.ModelTable;

/**
 * A price list that was read.
 *
 * @param origin file or URL
 * @param report what of it could not be used
 */
public record PriceList(String origin, ModelTable table, ImportReport report) {

  /** No list. */
  public static final PriceList NONE =
      new PriceList(
          "", ModelTable.EMPTY, new ImportReport(0, 0, java.util.List.of(), java.util.Map.of()));
}
