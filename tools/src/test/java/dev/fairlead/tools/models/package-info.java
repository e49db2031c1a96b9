/** Tests of the commands about models. */
@NullMarked
package dev.fairlead.tools.models;

import org.jspecify.annotations.NullMarked;
