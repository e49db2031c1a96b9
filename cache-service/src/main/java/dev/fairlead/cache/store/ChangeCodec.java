package dev.fairlead.cache.store;

import com.google.protobuf.ByteString;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A change as bytes, with the replica it comes from. What a newer replica says that this one does
 * not know is skipped.
 */
public final class ChangeCodec {

  private static final int STORED = 1;
  private static final int REMOVED = 2;
  private static final int LEASE_FREED = 3;
  private static final int FLUSHED = 4;
  private static final int LABELLED = 5;
  private static final int REPORTED = 6;
  private static final int MISSED = 7;
  private static final int COVERED = 8;
  private static final int RATED = 9;

  private ChangeCodec() {}

  /** A change and its origin. */
  public record Message(String origin, Change change) {}

  /** The bytes of a change. */
  public static byte[] encode(String origin, Change change) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      text(out, origin);
      switch (change) {
        case Change.Stored stored -> tagged(out, STORED, stored.id());
        case Change.Removed removed -> tagged(out, REMOVED, removed.id());
        case Change.Covered covered -> tagged(out, COVERED, covered.id());
        case Change.LeaseFreed freed -> {
          tagged(out, LEASE_FREED, freed.id());
          text(out, freed.leaseId());
        }
        case Change.Flushed flushed -> {
          out.writeByte(FLUSHED);
          text(out, flushed.filter().tenant());
          text(out, flushed.filter().model());
          text(out, flushed.filter().tag());
          out.writeLong(flushed.filter().storedBefore().toEpochMilli());
        }
        case Change.Labelled labelled -> {
          out.writeByte(LABELLED);
          bytes(out, labelled.label().toByteArray());
        }
        case Change.Reported reported -> {
          out.writeByte(REPORTED);
          bytes(out, reported.report().toByteArray());
        }
        case Change.Rated rated -> {
          tagged(out, RATED, rated.id());
          out.writeBoolean(rated.correct());
        }
        case Change.Missed missed -> out.writeByte(MISSED);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("memory does not fail", e);
    }
    return bytes.toByteArray();
  }

  /** The change in {@code bytes}; empty when they are not one that this version knows. */
  public static Optional<Message> decode(byte[] bytes) {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      String origin = required(in);
      Change change =
          switch (in.readByte()) {
            case STORED -> new Change.Stored(required(in));
            case REMOVED -> new Change.Removed(required(in));
            case COVERED -> new Change.Covered(required(in));
            case LEASE_FREED -> new Change.LeaseFreed(required(in), required(in));
            case FLUSHED ->
                new Change.Flushed(
                    new FlushFilter(
                        text(in), text(in), text(in), Instant.ofEpochMilli(in.readLong())));
            case LABELLED -> new Change.Labelled(bytes(in));
            case REPORTED -> new Change.Reported(bytes(in));
            case RATED -> new Change.Rated(required(in), in.readBoolean());
            case MISSED -> new Change.Missed();
            default -> throw new IOException("a change of a newer version");
          };
      return Optional.of(new Message(origin, change));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static void tagged(DataOutputStream out, int tag, String id) throws IOException {
    out.writeByte(tag);
    text(out, id);
  }

  private static void text(DataOutputStream out, @Nullable String text) throws IOException {
    if (text == null) {
      out.writeInt(-1);
    } else {
      bytes(out, text.getBytes(StandardCharsets.UTF_8));
    }
  }

  private static @Nullable String text(DataInputStream in) throws IOException {
    int length = in.readInt();
    return length < 0 ? null : new String(exactly(in, length), StandardCharsets.UTF_8);
  }

  private static String required(DataInputStream in) throws IOException {
    String text = text(in);
    if (text == null) {
      throw new IOException("text missing");
    }
    return text;
  }

  private static void bytes(DataOutputStream out, byte[] bytes) throws IOException {
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  private static ByteString bytes(DataInputStream in) throws IOException {
    return ByteString.copyFrom(exactly(in, in.readInt()));
  }

  private static byte[] exactly(DataInputStream in, int length) throws IOException {
    if (length < 0 || length > in.available()) {
      throw new IOException("cut");
    }
    return in.readNBytes(length);
  }
}
