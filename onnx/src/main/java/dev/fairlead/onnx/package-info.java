/** Fairlead ONNX. */
@NullMarked
package dev.fairlead.onnx;

import org.jspecify.annotations.NullMarked;
