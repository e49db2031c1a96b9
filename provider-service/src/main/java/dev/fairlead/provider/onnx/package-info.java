/**
 * Local text generation: decoders exported to ONNX, run in this process. Takes typed requests only;
 * what a small decoder cannot do (tools, images, JSON, log probabilities) is refused by name. The
 * generating itself is the onnx module's.
 */
@NullMarked
package dev.fairlead.provider.onnx;

import org.jspecify.annotations.NullMarked;
