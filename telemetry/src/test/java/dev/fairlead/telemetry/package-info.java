/** Tests of telemetry. */
@NullMarked
package dev.fairlead.telemetry;

import org.jspecify.annotations.NullMarked;
