/**
 * The gateway: where it listens, how it is wired and started. The doors are in {@code edge} and
 * {@code rpc}, the life of a request in {@code pipeline}.
 */
@NullMarked
package dev.fairlead.gateway;

import org.jspecify.annotations.NullMarked;
