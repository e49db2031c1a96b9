/**
 * What a process tells about itself: the Prometheus registry, traces by OTLP, log set-up, the
 * management endpoint, and the gRPC interceptors that carry request id, tenant and W3C trace
 * context from hop to hop. Names of metrics that belong to a feature (cache, routing, providers)
 * live with that feature, not here.
 */
@NullMarked
package dev.fairlead.telemetry;

import org.jspecify.annotations.NullMarked;
