/** Tests of the measuring commands, on small made-up outcomes. */
@NullMarked
package dev.fairlead.tools.eval;

import org.jspecify.annotations.NullMarked;
