/**
 * What was spent: reports from a gateway's ledger, and their comparison with a vendor's bill. How
 * rows are kept and added up is the gateway's {@code ledger} package.
 */
@NullMarked
package dev.fairlead.tools.cost;

import org.jspecify.annotations.NullMarked;
