/**
 * Failures as values, their exception, and their one mapping to gRPC statuses. The mapping to HTTP
 * is the gateway's.
 */
@NullMarked
package dev.fairlead.common.failure;

import org.jspecify.annotations.NullMarked;
