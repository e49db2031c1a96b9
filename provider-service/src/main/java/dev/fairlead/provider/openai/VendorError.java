package dev.fairlead.provider.openai;

import org.jspecify.annotations.Nullable;

/**
 * What an {@code error} object says; each part as text, null when it is absent.
 *
 * @param flagged whether a moderation before the model refused what the caller says
 */
record VendorError(
    @Nullable String message, @Nullable String type, @Nullable String code, boolean flagged) {

  /** An error that says nothing of a moderation. */
  VendorError(@Nullable String message, @Nullable String type, @Nullable String code) {
    this(message, type, code, false);
  }

  boolean says(String word) {
    return word.equals(type) || word.equals(code);
  }

  /** An HTTP status given as the code, as some routers in front of models do; 0 when it is none. */
  int statusInCode() {
    try {
      int status = code == null ? 0 : Integer.parseInt(code);
      return status >= 400 && status <= 599 ? status : 0;
    } catch (NumberFormatException e) {
      return 0;
    }
  }
}
