package dev.fairlead.benchmarks.cache;

import dev.fairlead.onnx.encoder.SentenceEncoder;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Embeddings of texts by the shipped encoder, kept in a file between runs: encoding takes minutes,
 * reading it seconds. Not thread-safe.
 */
final class TextVectors {

  private static final int MAX_TOKENS = 128;

  private final Map<String, float[]> vectors = new HashMap<>();
  private final String encoder;

  private TextVectors(String encoder) {
    this.encoder = encoder;
  }

  /**
   * The vectors of {@code texts}; those that are not in {@code file} yet are computed and added.
   *
   * @param file made when it is missing; a file of another encoder is begun anew
   */
  static TextVectors of(Collection<String> texts, Path file) throws IOException {
    try (SentenceEncoder shipped = SentenceEncoder.shipped()) {
      TextVectors known = new TextVectors(shipped.fingerprint(MAX_TOKENS));
      known.read(file, shipped.dimensions());
      Set<String> missing = new LinkedHashSet<>(texts);
      missing.removeAll(known.vectors.keySet());
      known.encode(List.copyOf(missing), shipped, file);
      return known;
    }
  }

  /** Names the encoder. */
  String encoder() {
    return encoder;
  }

  /** The vector of a text that was asked for. */
  float[] of(String text) {
    float[] vector = vectors.get(text);
    if (vector == null) {
      throw new IllegalArgumentException("not encoded: " + text);
    }
    return vector;
  }

  private void read(Path file, int dimensions) throws IOException {
    if (!Files.exists(file)) {
      return;
    }
    boolean fits;
    try (DataInputStream in =
        new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
      fits = in.readUTF().equals(encoder);
      while (fits) {
        String text = in.readUTF();
        float[] vector = new float[dimensions];
        for (int i = 0; i < dimensions; i++) {
          vector[i] = in.readFloat();
        }
        vectors.put(text, vector);
      }
    } catch (EOFException e) {
      return;
    }
    Files.delete(file);
  }

  private void encode(List<String> texts, SentenceEncoder shipped, Path file) throws IOException {
    if (texts.isEmpty()) {
      return;
    }
    System.err.println("encoding " + texts.size() + " texts");
    List<float[]> made = new ArrayList<>(texts.size());
    texts.parallelStream()
        .map(text -> shipped.encode(text, MAX_TOKENS).values())
        .forEachOrdered(made::add);
    boolean begin = !Files.exists(file);
    try (DataOutputStream out =
        new DataOutputStream(
            new BufferedOutputStream(
                Files.newOutputStream(
                    file, StandardOpenOption.CREATE, StandardOpenOption.APPEND)))) {
      if (begin) {
        out.writeUTF(encoder);
      }
      for (int i = 0; i < texts.size(); i++) {
        out.writeUTF(texts.get(i));
        for (float value : made.get(i)) {
          out.writeFloat(value);
        }
        vectors.put(texts.get(i), made.get(i));
      }
    }
  }
}
