/** The gRPC door for internal callers: typed requests through the same pipeline. */
@NullMarked
package dev.fairlead.gateway.rpc;

import org.jspecify.annotations.NullMarked;
