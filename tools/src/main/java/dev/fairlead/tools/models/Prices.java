package dev.fairlead.tools.models;

import dev.fairlead.catalog.Price;
import dev.fairlead.catalog.PriceConfig;
import dev.fairlead.v1.LongContextPrice;
import dev.fairlead.v1.Model;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/** Prices for people: USD per million tokens. */
final class Prices {

  private Prices() {}

  static String of(Model model) {
    StringBuilder text =
        new StringBuilder()
            .append(usd(model.getInputNanoUsdPerMillion()))
            .append(" in, ")
            .append(usd(model.getOutputNanoUsdPerMillion()))
            .append(" out, ")
            .append(usd(model.getCachedInputNanoUsdPerMillion()))
            .append(" cached");
    for (LongContextPrice step : model.getLongContextPricesList()) {
      text.append("; above ")
          .append(step.getAbovePromptTokens())
          .append(": ")
          .append(usd(step.getInputNanoUsdPerMillion()))
          .append(" in, ")
          .append(usd(step.getOutputNanoUsdPerMillion()))
          .append(" out");
    }
    return text.append(" USD a million").toString();
  }

  static String input(@Nullable PriceConfig price) {
    return price == null ? "-" : usd(price.toPrice().inputNanoUsdPerMillion());
  }

  static String output(@Nullable PriceConfig price) {
    return price == null ? "-" : usd(price.toPrice().outputNanoUsdPerMillion());
  }

  static String cached(@Nullable PriceConfig price) {
    return price == null ? "-" : usd(price.toPrice().cachedInputNanoUsdPerMillion());
  }

  /** The border of the first long-context rates, such as {@code x2 above 272000}. */
  static String longContext(@Nullable PriceConfig price) {
    if (price == null || price.toPrice().longContext().isEmpty()) {
      return "";
    }
    Price.LongContext step = price.toPrice().longContext().getFirst();
    return usd(step.rates().inputNanoUsdPerMillion())
        + "/"
        + usd(step.rates().outputNanoUsdPerMillion())
        + " above "
        + step.abovePromptTokens();
  }

  private static String usd(long nano) {
    return BigDecimal.valueOf(nano, 9).stripTrailingZeros().toPlainString();
  }
}
