/**
 * TLS of the gateway's doors and of the hops between services: certificates and keys from PEM
 * files, followed while they are replaced, as the key and trust managers that every TLS library
 * takes. No sockets here and no engine: servers and channels are made where they always are.
 */
@NullMarked
package dev.fairlead.common.tls;

import org.jspecify.annotations.NullMarked;
