/**
 * Text generation with decoders exported to ONNX: files, session, key-value cache of a batch,
 * sampling, and the loop in which requests join and leave between steps. Nothing here knows a
 * request's wire format.
 */
@NullMarked
package dev.fairlead.onnx.decoder;

import org.jspecify.annotations.NullMarked;
