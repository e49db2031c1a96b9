/**
 * Which providers and models there are: read from the configuration, checked, built into stacks,
 * swapped in whole on reload. What a kind of provider does is in its own folder; here is the one
 * list of kinds.
 */
@NullMarked
package dev.fairlead.provider.registry;

import org.jspecify.annotations.NullMarked;
