package dev.fairlead.onnx;

/**
 * A model file that is missing, damaged or of another kind than expected. The message names file
 * and expectation.
 */
public final class ModelFileException extends RuntimeException {

  /** A complaint about a file's content. */
  public ModelFileException(String message) {
    super(message);
  }

  /** A complaint with what was thrown below. */
  public ModelFileException(String message, Throwable cause) {
    super(message, cause);
  }
}
