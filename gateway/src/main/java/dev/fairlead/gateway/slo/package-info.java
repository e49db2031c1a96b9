/**
 * Objectives of models, routes, tenants and classes of prompts; how fast their error budgets burn; and how much traffic
 * a burning model is still given. Measurements come from {@code live}; the choice of a model is
 * made in {@code routing}.
 */
@NullMarked
package dev.fairlead.gateway.slo;

import org.jspecify.annotations.NullMarked;
