package dev.fairlead.tools.ask;

/** No answer; the message is for the user. */
final class AskException extends Exception {

  private static final long serialVersionUID = 1;

  AskException(String message) {
    super(message);
  }

  AskException(String message, Throwable cause) {
    super(message, cause);
  }
}
