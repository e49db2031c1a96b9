/** The calls to the provider service, and the catalogue that comes from it. */
@NullMarked
package dev.fairlead.gateway.upstream;

import org.jspecify.annotations.NullMarked;
