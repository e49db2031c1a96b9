/** Tests of what is kept of traces that are not sampled. */
@NullMarked
package dev.fairlead.telemetry.failed;

import org.jspecify.annotations.NullMarked;
