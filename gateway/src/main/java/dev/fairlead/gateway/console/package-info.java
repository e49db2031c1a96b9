/**
 * The web console at {@code /ui}: the requests that ended of late, what is told of them, and the
 * static pages. Numbers and names only, never a prompt or an answer. Who may read it is the edge's
 * business.
 */
@NullMarked
package dev.fairlead.gateway.console;

import org.jspecify.annotations.NullMarked;
