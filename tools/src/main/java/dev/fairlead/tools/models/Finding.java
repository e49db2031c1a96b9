package dev.fairlead.tools.models;

import java.util.Locale;

/**
 * The outcome of one check.
 *
 * @param subject a model's id, or what else was checked
 * @param check what was looked at
 * @param detail what was found, in words
 */
record Finding(String subject, String check, Status status, String detail) {

  /** How it went. */
  enum Status {
    /** As it should be. */
    OK,
    /** Works, but somebody should look at it. */
    WARN,
    /** Does not work, or must not be relied on. */
    FAIL,
    /** Not looked at. */
    SKIPPED;

    String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  static Finding ok(String subject, String check, String detail) {
    return new Finding(subject, check, Status.OK, detail);
  }

  static Finding warn(String subject, String check, String detail) {
    return new Finding(subject, check, Status.WARN, detail);
  }

  static Finding fail(String subject, String check, String detail) {
    return new Finding(subject, check, Status.FAIL, detail);
  }

  static Finding skipped(String subject, String check, String detail) {
    return new Finding(subject, check, Status.SKIPPED, detail);
  }
}
