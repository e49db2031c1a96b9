package dev.fairlead.onnx;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * A model's file, read whole.
 *
 * @param name what messages call it
 * @param content its bytes; not copied, do not change them
 */
@SuppressWarnings("ArrayRecordComponent") // 23 MB; handed on once.
public record ModelFile(String name, byte[] content) {

  /**
   * Reads a resource of the class path. Blocks.
   *
   * @throws ModelFileException when there is none
   */
  public static ModelFile resource(String path) {
    try (InputStream stream = ModelFile.class.getResourceAsStream(path)) {
      if (stream == null) {
        throw new ModelFileException(
            path + ": not on the class path (expected: the jar that carries the model)");
      }
      return new ModelFile(path, stream.readAllBytes());
    } catch (IOException e) {
      throw new ModelFileException(path + ": cannot be read from the class path", e);
    }
  }

  /**
   * Reads a file. Blocks.
   *
   * @throws ModelFileException when it cannot be read
   */
  public static ModelFile at(Path path) {
    try {
      return new ModelFile(path.toString(), Files.readAllBytes(path));
    } catch (IOException e) {
      throw new ModelFileException(
          path + ": cannot be read (expected: a file that this user may read)", e);
    }
  }

  /** SHA-256 of the content, 64 hexadecimal digits. */
  public String sha256() {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
