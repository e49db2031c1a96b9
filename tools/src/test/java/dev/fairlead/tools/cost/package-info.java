/** Tests of the reports over a real ledger. */
@NullMarked
package dev.fairlead.tools.cost;

import org.jspecify.annotations.NullMarked;
