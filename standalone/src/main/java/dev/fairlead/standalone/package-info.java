/**
 * All four services in one JVM, talking through their generated stubs over in-process channels: the
 * embedded default. Only wiring lives here.
 */
@NullMarked
package dev.fairlead.standalone;

import org.jspecify.annotations.NullMarked;
