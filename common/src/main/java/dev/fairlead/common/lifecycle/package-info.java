/**
 * How a service is started, asked whether it is ready, and stopped, in its own process or inside
 * another.
 */
@NullMarked
package dev.fairlead.common.lifecycle;

import org.jspecify.annotations.NullMarked;
