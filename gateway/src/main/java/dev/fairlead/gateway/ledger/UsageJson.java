package dev.fairlead.gateway.ledger;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.util.OptionalDouble;

/** A report as JSON: what the admin API answers, and what the command line reads. */
public final class UsageJson {

  private UsageJson() {}

  /** The report; money in USD, exact to the nano-dollar. */
  public static ObjectNode of(UsageReport report) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    UsageQuery query = report.query();
    node.put("from", query.from().toString());
    node.put("to", query.to().toString());
    node.put("by", query.by().label());
    if (query.tenant() != null) {
      node.put("tenant", query.tenant());
    }
    ArrayNode lines = node.putArray("lines");
    for (UsageReport.Line line : report.lines()) {
      sums(lines.addObject().put("name", line.name()), line);
    }
    sums(node.putObject("total"), report.total());
    ArrayNode changes = node.putArray("price_changes");
    for (UsageReport.PriceChange change : report.priceChanges()) {
      changes
          .addObject()
          .put("model", change.model())
          .put("day", change.day().toString())
          .put("input_usd_per_million", usd(change.inputNanoUsdPerMillion()))
          .put("output_usd_per_million", usd(change.outputNanoUsdPerMillion()));
    }
    return node;
  }

  private static void sums(ObjectNode node, UsageReport.Line line) {
    node.put("requests", line.requests())
        .put("errors", line.errors())
        .put("cancelled", line.cancelled())
        .put("cache_answers", line.cacheAnswers())
        .put("estimated", line.estimated())
        .put("prompt_tokens", line.promptTokens())
        .put("cached_prompt_tokens", line.cachedPromptTokens())
        .put("completion_tokens", line.completionTokens())
        .put("cost_usd", usd(line.costNanoUsd()))
        .put("baseline_usd", usd(line.baselineNanoUsd()))
        .put("saved_usd", usd(line.savedNanoUsd()))
        .put("cache_saved_usd", usd(line.cacheSavedNanoUsd()));
    share(node, "quality_retention", line.worth().qualityRetention());
    share(node, "sla_compliance", line.worth().slaCompliance());
  }

  private static void share(ObjectNode node, String name, OptionalDouble share) {
    if (share.isPresent()) {
      node.put(name, share.getAsDouble());
    } else {
      node.putNull(name);
    }
  }

  private static BigDecimal usd(long nanoUsd) {
    BigDecimal value = BigDecimal.valueOf(nanoUsd, 9).stripTrailingZeros();
    return value.scale() < 0 ? value.setScale(0) : value;
  }
}
