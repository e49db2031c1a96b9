/**
 * Records that must survive the process, on their way to a store that is slower than they come:
 * files that one thread appends to and another one carries away. What a record says is its owner's
 * business; the ledger is one.
 */
@NullMarked
package dev.fairlead.gateway.journal;

import org.jspecify.annotations.NullMarked;
