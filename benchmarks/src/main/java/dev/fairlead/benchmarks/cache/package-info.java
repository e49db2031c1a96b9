/**
 * Replays recorded requests through the real cache service and says what it got right: hits, wrong
 * answers, what the vetoes let pass. The data are given as files and are not part of the project;
 * JMH benchmarks of single parts live in the package above.
 */
@NullMarked
package dev.fairlead.benchmarks.cache;

import org.jspecify.annotations.NullMarked;
