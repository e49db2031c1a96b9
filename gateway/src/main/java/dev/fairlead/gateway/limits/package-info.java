/**
 * Requests and tokens a minute and requests at a time, of keys, teams and tenants: exact in this
 * process or over all replicas. Who a request counts against is {@code keys}, money {@code budget}.
 */
@NullMarked
package dev.fairlead.gateway.limits;

import org.jspecify.annotations.NullMarked;
