/**
 * The figures of the JSON summary: of this gateway, and added up over all gateways that share a
 * Redis. Requests only touch the counters of {@code metrics}; sharing happens beside them.
 * Prometheus' meters are not here.
 */
@NullMarked
package dev.fairlead.gateway.totals;

import org.jspecify.annotations.NullMarked;
