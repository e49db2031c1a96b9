/** Records survive what happens to the process and to their files. */
@NullMarked
package dev.fairlead.gateway.journal;

import org.jspecify.annotations.NullMarked;
