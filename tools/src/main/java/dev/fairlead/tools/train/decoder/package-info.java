/**
 * {@code fairlead train decoder}: a byte-pair vocabulary and a GPT-2-like decoder from scratch, on
 * the CPU in plain Java, and its export to ONNX with a key-value cache. Generating with the result
 * is the onnx module's.
 */
@NullMarked
package dev.fairlead.tools.train.decoder;

import org.jspecify.annotations.NullMarked;
