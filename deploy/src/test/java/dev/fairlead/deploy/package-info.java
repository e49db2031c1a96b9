/**
 * Tests of the files that deploy Fairlead: {@code compose/}, {@code deploy/} and {@code .github/}.
 * They read the files of the working tree, compare the names in them with the code's, and run the
 * tools that operators run where this machine has them. No code that ships lives here.
 */
@NullMarked
package dev.fairlead.deploy;

import org.jspecify.annotations.NullMarked;
