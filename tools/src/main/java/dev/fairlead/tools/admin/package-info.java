/**
 * How commands speak to the admin API of a running gateway. What they ask and what they make of the
 * answers is theirs.
 */
@NullMarked
package dev.fairlead.tools.admin;

import org.jspecify.annotations.NullMarked;
