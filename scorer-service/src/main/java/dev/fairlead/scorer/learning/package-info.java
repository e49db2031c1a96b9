/**
 * Heads that learn from a tenant's own labels: the labels and their file, when a head is tried,
 * promoted and rolled back. The mathematics is in {@code dev.fairlead.onnx.learning}.
 */
@NullMarked
package dev.fairlead.scorer.learning;

import org.jspecify.annotations.NullMarked;
