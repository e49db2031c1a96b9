package dev.fairlead.provider.generation;

import dev.fairlead.catalog.ModelSpec;
import dev.fairlead.provider.call.ModelProvider;
import dev.fairlead.provider.resilience.RetryBudget;

/**
 * A model that may serve the request.
 *
 * @param provider the adapter with its stack
 * @param budget retries left at that provider
 */
public record Candidate(ModelSpec model, ModelProvider provider, RetryBudget budget) {}
