package dev.fairlead.gateway.feedback;

/** Where ratings of answers go. Thread-safe; must not block. */
public interface QualitySink {

  /**
   * An answer was rated.
   *
   * @param quality 0 for useless to 1 for perfect
   */
  void rated(ServedAnswer answer, double quality);
}
