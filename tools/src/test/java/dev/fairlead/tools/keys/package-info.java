/** Tests of the command {@code keys}, against a server that answers as the admin API does. */
@NullMarked
package dev.fairlead.tools.keys;

import org.jspecify.annotations.NullMarked;
