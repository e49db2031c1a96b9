package dev.fairlead.onnx.decoder;

/** A decoder that failed while it ran, or gave what cannot be used. */
public final class DecoderException extends RuntimeException {

  /** A complaint about a result. */
  public DecoderException(String message) {
    super(message);
  }

  /** A complaint with what was thrown below. */
  public DecoderException(String message, Throwable cause) {
    super(message, cause);
  }
}
