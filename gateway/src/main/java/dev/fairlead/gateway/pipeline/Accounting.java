package dev.fairlead.gateway.pipeline;

import dev.fairlead.gateway.budget.Budgets;
import dev.fairlead.gateway.budget.OutputLengths;
import dev.fairlead.gateway.ledger.LedgerSink;
import java.util.List;

/**
 * How requests are accounted for.
 *
 * @param ledger where their rows go
 * @param keepPrompts whether rows hold the last user text
 * @param budgets what their owners may spend
 * @param lengths how long answers are
 */
public record Accounting(
    LedgerSink ledger, boolean keepPrompts, Budgets budgets, OutputLengths lengths) {

  /** A row for what was asked beside a request, and only to learn from it. */
  void beside(InferenceRequest request, CallScope scope, String reason, List<Charge> charges) {
    if (!charges.isEmpty()) {
      new Receipt(ledger, request, scope, keepPrompts).writeBeside(reason, charges);
    }
  }

  Receipt open(InferenceRequest request, CallScope scope) {
    return new Receipt(ledger, request, scope, keepPrompts);
  }
}
