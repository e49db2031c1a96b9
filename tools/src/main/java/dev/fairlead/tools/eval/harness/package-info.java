/**
 * Prompts with checkable answers, put to a gateway: what its policies cost, save and lose, beside
 * chance. Grading of answers, statistics and reports live here; recorded benchmarks do not.
 */
@NullMarked
package dev.fairlead.tools.eval.harness;

import org.jspecify.annotations.NullMarked;
