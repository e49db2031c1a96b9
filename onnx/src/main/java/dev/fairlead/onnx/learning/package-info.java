/**
 * Learning the expected gain from labelled prompts of an operator's own traffic, on top of the
 * shipped prior. Where labels come from and when a head is trusted is not decided here.
 */
@NullMarked
package dev.fairlead.onnx.learning;

import org.jspecify.annotations.NullMarked;
