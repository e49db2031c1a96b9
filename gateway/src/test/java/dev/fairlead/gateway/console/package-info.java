/** Tests of what the console remembers. */
@NullMarked
package dev.fairlead.gateway.console;

import org.jspecify.annotations.NullMarked;
