/**
 * BERT WordPiece in plain Java: text normalisation, splitting and the greedy longest match, with
 * bounded time for any input. Held equal to the reference implementation by tests; no native code
 * and no network.
 */
@NullMarked
package dev.fairlead.onnx.tokenizer;

import org.jspecify.annotations.NullMarked;
