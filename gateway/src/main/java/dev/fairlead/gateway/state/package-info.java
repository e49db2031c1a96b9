/**
 * What an operator or a canary has changed while the gateway runs: one small document that all
 * replicas share, changed by compare-and-set, kept on disk or in Redis. Requests only ever read the
 * copy in memory.
 */
@NullMarked
package dev.fairlead.gateway.state;

import org.jspecify.annotations.NullMarked;
