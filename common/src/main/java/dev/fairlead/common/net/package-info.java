/**
 * What the HTTP server and the HTTP clients share below Armeria, at the level of Netty channels.
 * Nothing here knows a request.
 */
@NullMarked
package dev.fairlead.common.net;

import org.jspecify.annotations.NullMarked;
