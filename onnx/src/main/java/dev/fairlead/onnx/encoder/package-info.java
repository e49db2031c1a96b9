/**
 * Sentence embeddings: all-MiniLM-L6-v2 in int8, one text a run, mean pooling, L2 norm. No caching
 * and no queueing: a call computes on the caller's thread.
 */
@NullMarked
package dev.fairlead.onnx.encoder;

import org.jspecify.annotations.NullMarked;
