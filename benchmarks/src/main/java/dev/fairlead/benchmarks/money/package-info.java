/**
 * What it costs to let a request in, and what its timing tells: keys, limits and budgets together.
 * The ledger is measured beside this package.
 */
@NullMarked
package dev.fairlead.benchmarks.money;

import org.jspecify.annotations.NullMarked;
