/**
 * Edits of JSON bodies at the spans that the edge has found, so that what a client wrote reaches a
 * vendor of its dialect byte for byte. Which members are edited is the adapters' matter.
 */
@NullMarked
package dev.fairlead.provider.splice;

import org.jspecify.annotations.NullMarked;
