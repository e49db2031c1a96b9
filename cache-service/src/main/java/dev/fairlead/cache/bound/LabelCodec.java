package dev.fairlead.cache.bound;

import com.google.protobuf.ByteString;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;

/**
 * A label as bytes, for the other replicas and for those that start later. The first byte is the
 * version of what follows: a replica skips labels of a version that it does not know, which costs a
 * little evidence during an upgrade, instead of reading numbers from the wrong places.
 */
public final class LabelCodec {

  /** Raised with every change of the fields. */
  static final int VERSION = 1;

  private static final double MAX_WEIGHT = 10_000;

  private LabelCodec() {}

  /** The bytes of a label. */
  public static ByteString encode(Label label) {
    ByteString.Output bytes = ByteString.newOutput();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeByte(VERSION);
      out.writeUTF(label.group().tenant());
      out.writeUTF(label.group().model());
      out.writeUTF(label.entryId());
      out.writeDouble(label.evidence().similarity());
      out.writeDouble(label.evidence().margin());
      out.writeInt(label.evidence().support());
      out.writeDouble(label.evidence().agreement());
      out.writeInt(label.evidence().right());
      out.writeInt(label.evidence().wrong());
      out.writeBoolean(label.wouldServe());
      out.writeDouble(label.weight());
      out.writeBoolean(label.correct());
      out.writeLong(label.requestsElsewhere());
    } catch (IOException e) {
      throw new UncheckedIOException("memory does not fail", e);
    }
    return bytes.toByteString();
  }

  /** The label in {@code bytes}; empty when they are not one. */
  public static Optional<Label> decode(ByteString bytes) {
    try (DataInputStream in = new DataInputStream(bytes.newInput())) {
      if (in.readUnsignedByte() != VERSION) {
        return Optional.empty();
      }
      Group group = new Group(in.readUTF(), in.readUTF());
      String entryId = in.readUTF();
      Evidence evidence =
          new Evidence(
              in.readDouble(),
              in.readDouble(),
              in.readInt(),
              in.readDouble(),
              in.readInt(),
              in.readInt());
      Label label =
          new Label(
              group,
              entryId,
              evidence,
              in.readBoolean(),
              in.readDouble(),
              in.readBoolean(),
              in.readLong());
      return plausible(label) && in.read() < 0 ? Optional.of(label) : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** A damaged label must not poison a fit. */
  private static boolean plausible(Label label) {
    Evidence evidence = label.evidence();
    return Math.abs(evidence.similarity()) <= 1
        && Math.abs(evidence.margin()) <= 2
        && evidence.support() >= 0
        && evidence.agreement() >= 0
        && evidence.agreement() <= 1
        && evidence.right() >= 0
        && evidence.wrong() >= 0
        && label.weight() >= 1
        && label.weight() <= MAX_WEIGHT
        && label.requestsElsewhere() >= 0;
  }
}
