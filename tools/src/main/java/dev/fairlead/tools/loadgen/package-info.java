/**
 * {@code fairlead loadgen}: chat requests at a constant rate to a running gateway, and what came of
 * them. Open loop: when a request should start is fixed in advance and every latency counts from
 * there. Knows the wire format of a chat completion and nothing of the gateway's inside.
 */
@NullMarked
package dev.fairlead.tools.loadgen;

import org.jspecify.annotations.NullMarked;
