/**
 * How good served answers are beside the baseline's: an expectation from the calibrated gain of
 * each prompt, corrected by comparisons with what the baseline says to a sample of them, and by
 * ratings. What was learned lives here; which requests are sampled is the pipeline's to say.
 */
@NullMarked
package dev.fairlead.gateway.quality;

import org.jspecify.annotations.NullMarked;
