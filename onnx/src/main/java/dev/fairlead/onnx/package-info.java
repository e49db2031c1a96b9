/**
 * ONNX Runtime as this project uses it: one process-wide environment without telemetry, sessions,
 * and the files they are made of. What the sessions compute is in the packages below; nothing here
 * knows of gRPC or configuration files.
 */
@NullMarked
package dev.fairlead.onnx;

import org.jspecify.annotations.NullMarked;
