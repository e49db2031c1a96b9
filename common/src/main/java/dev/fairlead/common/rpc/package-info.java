/**
 * gRPC servers and channels as every service starts them: health, reflection, service token,
 * client-side round-robin, retries before acceptance; and calls between services of one process
 * without a transport.
 */
@NullMarked
package dev.fairlead.common.rpc;

import org.jspecify.annotations.NullMarked;
