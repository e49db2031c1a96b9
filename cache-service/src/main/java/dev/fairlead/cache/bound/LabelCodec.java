package dev.fairlead.cache.bound;

import com.google.protobuf.ByteString;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;

/** A label as bytes, for the other replicas. */
public final class LabelCodec {

  private LabelCodec() {}

  /** The bytes of a label. */
  public static ByteString encode(Label label) {
    ByteString.Output bytes = ByteString.newOutput();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeUTF(label.group().tenant());
      out.writeUTF(label.group().model());
      out.writeUTF(label.entryId());
      out.writeDouble(label.evidence().similarity());
      out.writeDouble(label.evidence().margin());
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
      Group group = new Group(in.readUTF(), in.readUTF());
      String entryId = in.readUTF();
      Evidence evidence =
          new Evidence(in.readDouble(), in.readDouble(), in.readInt(), in.readInt());
      Label label =
          new Label(
              group,
              entryId,
              evidence,
              in.readBoolean(),
              in.readDouble(),
              in.readBoolean(),
              in.readLong());
      return Double.isFinite(evidence.similarity()) && Double.isFinite(label.weight())
          ? Optional.of(label)
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
