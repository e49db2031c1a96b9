package dev.fairlead.gateway.edge;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.gateway.pipeline.Settlement;
import dev.fairlead.gateway.quality.Expectation;
import dev.fairlead.gateway.routing.Usd;

/** What a request cost and was worth, wherever an answer tells it in JSON. */
final class SettlementJson {

  private SettlementJson() {}

  static void tell(ObjectNode node, Settlement settlement) {
    node.put("cost_usd", Usd.decimal(settlement.costNanoUsd()));
    node.put("baseline_cost_usd", Usd.decimal(settlement.baselineNanoUsd()));
    node.put("saved_usd", Usd.decimal(settlement.savedNanoUsd()));
    Expectation expected = settlement.expectation();
    if (expected != null) {
      node.put("expected_quality", expected.quality());
    }
    Boolean within = settlement.withinLimits();
    if (within != null) {
      node.put("service_level", within ? "met" : "missed");
    }
  }
}
