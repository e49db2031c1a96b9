package dev.fairlead.common.config;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/**
 * A value that must not be printed. {@code toString} is {@code ***}; equality takes constant time
 * in the content.
 */
public final class Secret {

  private final String value;

  /** Wraps a value; empty means that none is configured. */
  @JsonCreator
  public Secret(String value) {
    this.value = value;
  }

  /** The value itself, for the one place that sends or compares it. */
  public String reveal() {
    return value;
  }

  /** Whether none is configured. */
  public boolean isEmpty() {
    return value.isEmpty();
  }

  /**
   * Whether {@code candidate} is this secret; the time taken says nothing about where they differ.
   */
  public boolean matches(String candidate) {
    return MessageDigest.isEqual(
        value.getBytes(StandardCharsets.UTF_8), candidate.getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Secret secret && matches(secret.value);
  }

  @Override
  public int hashCode() {
    return value.hashCode();
  }

  @Override
  public String toString() {
    return isEmpty() ? "" : "***";
  }
}
