/**
 * The scorer service: gRPC in front of the onnx module, with a bounded compute pool at the door and
 * a memo of analyses. How a text is encoded and scored lives in the onnx module, and what follows
 * from a score in the gateway.
 */
@NullMarked
package dev.fairlead.scorer;

import org.jspecify.annotations.NullMarked;
