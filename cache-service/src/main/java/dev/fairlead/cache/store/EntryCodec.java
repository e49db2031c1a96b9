package dev.fairlead.cache.store;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.fairlead.v1.CacheScope;
import dev.fairlead.v1.StoreRequest;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * An entry as bytes: a header (magic, schema, times, checksum) and the {@code StoreRequest} that
 * made it. The body is protobuf, so that replicas of neighbouring versions read each other's
 * entries; the header's schema number is raised only for a change that they cannot.
 */
public final class EntryCodec {

  private static final int MAGIC = 0x464C4345;
  private static final byte SCHEMA = 1;
  private static final int HEADER_BYTES =
      Integer.BYTES + Byte.BYTES + 2 * Long.BYTES + Integer.BYTES;

  private EntryCodec() {}

  /** The bytes of an entry. */
  public static byte[] encode(CacheEntry entry) {
    byte[] body = toMessage(entry).toByteArray();
    long storedAt = entry.storedAt().toEpochMilli();
    long expiresAt = entry.expiresAt().toEpochMilli();
    return ByteBuffer.allocate(HEADER_BYTES + body.length)
        .putInt(MAGIC)
        .put(SCHEMA)
        .putLong(storedAt)
        .putLong(expiresAt)
        .putInt(checksum(storedAt, expiresAt, body))
        .put(body)
        .array();
  }

  /**
   * The entry in {@code bytes}; empty when they are cut, changed, of another schema, or not an
   * entry at all.
   */
  public static Optional<CacheEntry> decode(byte[] bytes) {
    if (bytes.length < HEADER_BYTES) {
      return Optional.empty();
    }
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    if (buffer.getInt() != MAGIC || buffer.get() != SCHEMA) {
      return Optional.empty();
    }
    long storedAt = buffer.getLong();
    long expiresAt = buffer.getLong();
    int checksum = buffer.getInt();
    byte[] body = new byte[buffer.remaining()];
    buffer.get(body);
    if (checksum != checksum(storedAt, expiresAt, body)) {
      return Optional.empty();
    }
    try {
      StoreRequest message = StoreRequest.parseFrom(body);
      return Optional.of(
          fromMessage(message, Instant.ofEpochMilli(storedAt), Instant.ofEpochMilli(expiresAt)));
    } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /**
   * The entry that a checked request asks to keep. Throws IllegalArgumentException for an embedding
   * that is none.
   */
  public static CacheEntry fromMessage(StoreRequest message, Instant storedAt, Instant expiresAt) {
    CacheScope scope = message.getScope();
    ScopeKey scopeKey = new ScopeKey(scope.getTenant(), scope.getModel(), scope.getDigest());
    return new CacheEntry(
        EntryKey.of(scopeKey, message.getFingerprint()),
        message.getText(),
        embedding(message),
        message.getModelFingerprint(),
        message.getAnswer(),
        message.getTagsList(),
        storedAt,
        expiresAt,
        message.getWrittenBy(),
        message.getRequestId());
  }

  private static @Nullable Embedding embedding(StoreRequest message) {
    int dimension = message.getEmbeddingCount();
    if (dimension == 0) {
      return null;
    }
    float[] values = new float[dimension];
    for (int i = 0; i < dimension; i++) {
      values[i] = message.getEmbedding(i);
    }
    return Embedding.of(values);
  }

  private static StoreRequest toMessage(CacheEntry entry) {
    ScopeKey scope = entry.key().scope();
    StoreRequest.Builder message =
        StoreRequest.newBuilder()
            .setScope(
                CacheScope.newBuilder()
                    .setTenant(scope.tenant())
                    .setModel(scope.model())
                    .setDigest(scope.digest()))
            .setFingerprint(entry.key().fingerprint())
            .setText(entry.text())
            .setModelFingerprint(entry.encoder())
            .setAnswer(entry.answer())
            .addAllTags(entry.tags())
            .setWrittenBy(entry.writtenBy())
            .setRequestId(entry.requestId());
    if (entry.embedding() != null) {
      for (float value : entry.embedding().toArray()) {
        message.addEmbedding(value);
      }
    }
    return message.build();
  }

  private static int checksum(long storedAt, long expiresAt, byte[] body) {
    CRC32C crc = new CRC32C();
    crc.update(ByteBuffer.allocate(2 * Long.BYTES).putLong(storedAt).putLong(expiresAt).flip());
    crc.update(body);
    return (int) crc.getValue();
  }
}
