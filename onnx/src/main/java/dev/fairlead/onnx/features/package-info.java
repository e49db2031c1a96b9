/**
 * Cheap lexical features of a prompt, computed in one pass. Their names and order are part of the
 * complexity head's contract: a change needs a newly trained head.
 */
@NullMarked
package dev.fairlead.onnx.features;

import org.jspecify.annotations.NullMarked;
