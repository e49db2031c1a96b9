package dev.fairlead.gateway.pipeline;

import dev.fairlead.gateway.ledger.LedgerSink;

/**
 * How requests are accounted for.
 *
 * @param ledger where their rows go
 * @param keepPrompts whether rows hold the last user text
 */
public record Accounting(LedgerSink ledger, boolean keepPrompts) {

  Receipt open(InferenceRequest request, CallScope scope) {
    return new Receipt(ledger, request, scope, keepPrompts);
  }
}
