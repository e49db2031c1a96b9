/**
 * From a text to its expected gain and complexity: the shipped head, its quantile table, and the
 * analyzer that runs encoder, features and head together. Training lives in the tools module.
 */
@NullMarked
package dev.fairlead.onnx.complexity;

import org.jspecify.annotations.NullMarked;
