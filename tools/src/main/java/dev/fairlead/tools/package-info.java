/** Fairlead tools. */
@NullMarked
package dev.fairlead.tools;

import org.jspecify.annotations.NullMarked;
