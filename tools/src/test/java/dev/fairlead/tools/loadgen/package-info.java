/** Tests of the load generator against a scripted HTTP server. */
@NullMarked
package dev.fairlead.tools.loadgen;

import org.jspecify.annotations.NullMarked;
