package dev.fairlead.tools.train;

import dev.fairlead.onnx.encoder.SentenceEncoder;
import dev.fairlead.onnx.features.PromptFeatures;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.List;

/**
 * Encoded prompts in a file, so that a study that is repeated does not encode ten thousand prompts
 * again. The file begins with a hash of encoder and prompts; another one is overwritten. Features
 * are not in it: they take microseconds, and nothing would tell that they are computed otherwise.
 */
record VectorCache(Path file) {

  EncodedPrompts get(SentenceEncoder encoder, List<String> prompts, int maxTokens)
      throws IOException {
    byte[] key = key(encoder.fingerprint(maxTokens), prompts);
    if (Files.isReadable(file)) {
      ByteBuffer stored = ByteBuffer.wrap(Files.readAllBytes(file));
      int expected = key.length + prompts.size() * encoder.dimensions() * Float.BYTES;
      if (stored.remaining() == expected && holds(stored, key)) {
        return new EncodedPrompts(
            read(stored, prompts.size(), encoder.dimensions()),
            prompts.stream().map(PromptFeatures::of).toArray(float[][]::new));
      }
    }
    EncodedPrompts encoded = EncodedPrompts.of(encoder, prompts, maxTokens);
    write(key, encoded.embeddings());
    return encoded;
  }

  private static boolean holds(ByteBuffer stored, byte[] key) {
    byte[] found = new byte[key.length];
    stored.get(found);
    return Arrays.equals(found, key);
  }

  private void write(byte[] key, float[][] embeddings) throws IOException {
    int floats = embeddings.length * embeddings[0].length;
    ByteBuffer content = ByteBuffer.allocate(key.length + floats * Float.BYTES).put(key);
    for (float[] row : embeddings) {
      content.asFloatBuffer().put(row);
      content.position(content.position() + row.length * Float.BYTES);
    }
    Files.write(file, content.array());
  }

  private static float[][] read(ByteBuffer stored, int rows, int columns) {
    float[][] values = new float[rows][columns];
    for (float[] row : values) {
      stored.asFloatBuffer().get(row);
      stored.position(stored.position() + columns * Float.BYTES);
    }
    return values;
  }

  private static byte[] key(String fingerprint, List<String> prompts) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(fingerprint.getBytes(StandardCharsets.UTF_8));
      for (String prompt : prompts) {
        digest.update(prompt.getBytes(StandardCharsets.UTF_8));
        digest.update((byte) 0);
      }
      return digest.digest();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
