package dev.fairlead.gateway.keys;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * SHA-256 of a whole credential, as four numbers. All that is ever stored or looked up of a key;
 * two are compared in full, whatever they have in common.
 */
record TokenHash(long a, long b, long c, long d) {

  private static final int BYTES = 32;

  /** The hash of what a caller presents, whatever it looks like. */
  static TokenHash of(String credential) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      return of(digest.digest(credential.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /**
   * Reads {@link #hex}.
   *
   * @throws IllegalArgumentException when it is not one
   */
  static TokenHash ofHex(String hex) {
    byte[] bytes = HexFormat.of().parseHex(hex);
    if (bytes.length != BYTES) {
      throw new IllegalArgumentException(
          "hash of " + bytes.length + " bytes (expected: " + BYTES + ")");
    }
    return of(bytes);
  }

  private static TokenHash of(byte[] bytes) {
    ByteBuffer numbers = ByteBuffer.wrap(bytes);
    return new TokenHash(
        numbers.getLong(), numbers.getLong(), numbers.getLong(), numbers.getLong());
  }

  /** 64 hexadecimal digits. */
  String hex() {
    ByteBuffer bytes = ByteBuffer.allocate(BYTES);
    bytes.putLong(a).putLong(b).putLong(c).putLong(d);
    return HexFormat.of().formatHex(bytes.array());
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof TokenHash hash
        && ((a ^ hash.a) | (b ^ hash.b) | (c ^ hash.c) | (d ^ hash.d)) == 0;
  }

  @Override
  public int hashCode() {
    return Long.hashCode(a);
  }
}
