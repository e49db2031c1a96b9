/**
 * Training of the complexity head: reads measured outcomes, fits a small head on top of the
 * encoder's embeddings and the lexical features, calibrates it, and writes the graph, the quantile
 * table and the data card that the onnx module ships.
 */
@NullMarked
package dev.fairlead.tools.train;

import org.jspecify.annotations.NullMarked;
