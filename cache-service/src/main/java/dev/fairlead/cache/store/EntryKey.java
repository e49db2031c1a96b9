package dev.fairlead.cache.store;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Where an entry lies.
 *
 * @param scope the scope it never leaves
 * @param fingerprint SHA-256 of the canonical request, 32 bytes
 * @param id hexadecimal SHA-256 over scope and fingerprint: the entry's public id and its name in
 *     every store
 */
public record EntryKey(ScopeKey scope, ByteString fingerprint, String id) {

  /**
   * The key of a request; the tenant is part of what is hashed, so equal fingerprints of two
   * tenants differ.
   */
  public static EntryKey of(ScopeKey scope, ByteString fingerprint) {
    MessageDigest sha256 = sha256();
    update(sha256, scope.tenant().getBytes(StandardCharsets.UTF_8));
    update(sha256, scope.model().getBytes(StandardCharsets.UTF_8));
    update(sha256, scope.digest().toByteArray());
    update(sha256, fingerprint.toByteArray());
    return new EntryKey(scope, fingerprint, HexFormat.of().formatHex(sha256.digest()));
  }

  /** Every part goes in with its length, so that no two keys give the same bytes. */
  private static void update(MessageDigest digest, byte[] part) {
    digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(part.length).flip());
    digest.update(part);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
