package dev.fairlead.scorer.learning;

import dev.fairlead.onnx.complexity.QuantileTable;
import dev.fairlead.onnx.learning.GainScale;
import dev.fairlead.onnx.learning.LearnedHead;

/**
 * A head in use for a tenant.
 *
 * @param head what it says of a prompt
 * @param quantiles of the gains it expects of a sample of all prompts that the tenant asked; until
 *     there are enough of these, of labelled ones that it had not seen
 * @param scale from what it says to the gain to be expected
 * @param version 1 and up, one a promotion
 */
record ActiveHead(LearnedHead head, QuantileTable quantiles, GainScale scale, int version) {}
