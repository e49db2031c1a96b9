/**
 * The {@code fairlead} command line: the root command and how its subcommands are registered. Each
 * subcommand lives in a package of its own and speaks to a running gateway over HTTP, or works
 * offline.
 */
@NullMarked
package dev.fairlead.tools;

import org.jspecify.annotations.NullMarked;
