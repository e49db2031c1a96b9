/**
 * The edge's wire formats: what routing, cache and limits need from a body, errors and replays in
 * the client's own dialect, and the one mapping of failures to HTTP.
 *
 * <p>Pure translation of bytes and values: no I/O, no clock, no configuration source; every type
 * may be used on an event loop. One package below per vendor's format. Routes, authentication and
 * response headers other than those of an error do not live here.
 */
@NullMarked
package dev.fairlead.gateway.dialect;

import org.jspecify.annotations.NullMarked;
