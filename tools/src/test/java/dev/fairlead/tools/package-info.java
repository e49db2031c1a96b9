/** Tests of the root command and of the launcher. */
@NullMarked
package dev.fairlead.tools;

import org.jspecify.annotations.NullMarked;
