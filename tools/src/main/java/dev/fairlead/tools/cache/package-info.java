/**
 * {@code fairlead cache}: fills the cache of a running gateway by asking it. Speaks HTTP as any
 * client does; how answers are kept is the cache service's business.
 */
@NullMarked
package dev.fairlead.tools.cache;

import org.jspecify.annotations.NullMarked;
