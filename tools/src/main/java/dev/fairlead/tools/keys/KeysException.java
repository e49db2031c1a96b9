package dev.fairlead.tools.keys;

/** The admin API could not be asked, or refused; the message is for the user. */
final class KeysException extends Exception {

  private static final long serialVersionUID = 1;

  KeysException(String message) {
    super(message);
  }
}
