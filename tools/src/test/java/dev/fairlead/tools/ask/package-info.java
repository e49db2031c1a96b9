/** Tests of fairlead ask. */
@NullMarked
package dev.fairlead.tools.ask;

import org.jspecify.annotations.NullMarked;
