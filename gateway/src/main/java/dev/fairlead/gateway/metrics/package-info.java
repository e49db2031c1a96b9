/**
 * What the gateway counts: Prometheus meters with labels from configuration only, and the totals of
 * the JSON summary.
 */
@NullMarked
package dev.fairlead.gateway.metrics;

import org.jspecify.annotations.NullMarked;
