/**
 * The port between the resilience stack and the adapters: one call to one model, its parts as they
 * arrive, and how it ends. Nothing here knows a vendor, a retry or gRPC; request and answer
 * contents are the contract's own messages.
 */
@NullMarked
package dev.fairlead.provider.call;

import org.jspecify.annotations.NullMarked;
