package dev.fairlead.onnx.decoder;

import ai.onnxruntime.OrtSession;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.fairlead.onnx.ModelFile;
import dev.fairlead.onnx.ModelFileException;
import dev.fairlead.onnx.OrtRuntime;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The files of a decoder in the layout of Hugging Face's Optimum: a folder, or the shipped decoder
 * in this module's jar.
 *
 * @param folder null for the shipped one
 */
record DecoderFiles(@Nullable Path folder) {

  private static final String SHIPPED = "/dev/fairlead/onnx/decoder/tiny/";
  private static final List<String> GRAPHS =
      List.of(
          "model.onnx",
          "decoder_model_merged.onnx",
          "decoder_model.onnx",
          "onnx/model.onnx",
          "onnx/decoder_model_merged.onnx",
          "onnx/decoder_model.onnx");

  String name() {
    return folder == null ? "the shipped decoder" : folder.toString();
  }

  OrtSession open(int threads, @Nullable String sha256) {
    if (folder == null) {
      ModelFile graph = ModelFile.resource(SHIPPED + GRAPHS.getFirst());
      check(graph.name(), graph.sha256(), sha256);
      return OrtRuntime.open(graph.name(), graph.content());
    }
    Path graph = graph(folder);
    if (sha256 != null) {
      check(graph.toString(), sha256(graph), sha256);
    }
    return OrtRuntime.open(graph, threads);
  }

  /** Of the graph's file. */
  String sha256() {
    return folder == null
        ? ModelFile.resource(SHIPPED + GRAPHS.getFirst()).sha256()
        : sha256(graph(folder));
  }

  private static Path graph(Path folder) {
    return GRAPHS.stream()
        .map(folder::resolve)
        .filter(Files::isRegularFile)
        .findFirst()
        .orElseThrow(() ->
            new ModelFileException(
                folder + ": no decoder (expected one of: " + String.join(", ", GRAPHS) + ")"));
  }

  /** A required file. */
  ModelFile file(String name) {
    return folder == null ? ModelFile.resource(SHIPPED + name) : ModelFile.at(folder.resolve(name));
  }

  /** A required JSON object. */
  JsonNode json(String name) {
    ModelFile file = file(name);
    try {
      JsonNode root = new JsonMapper().readTree(file.content());
      if (root.isObject()) {
        return root;
      }
    } catch (IOException e) {
      throw new ModelFileException(file.name() + ": not JSON (expected: an object)", e);
    }
    throw new ModelFileException(file.name() + ": not an object (expected: a JSON object)");
  }

  /** A JSON object, or an empty one when the file is not there. */
  JsonNode optionalJson(String name) {
    boolean there = folder == null || Files.exists(folder.resolve(name));
    return there ? json(name) : new JsonMapper().createObjectNode();
  }

  /** A text, or an empty one when the file is not there. */
  String optionalText(String name) {
    boolean there = folder != null && Files.exists(folder.resolve(name));
    return there ? new String(file(name).content(), StandardCharsets.UTF_8) : "";
  }

  private static void check(String name, String actual, @Nullable String expected) {
    if (expected != null && !actual.equalsIgnoreCase(expected)) {
      throw new ModelFileException(name + ": SHA-256 " + actual + " (expected: " + expected + ")");
    }
  }

  private static String sha256(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      new DigestInputStream(in, digest).transferTo(java.io.OutputStream.nullOutputStream());
      return HexFormat.of().formatHex(digest.digest());
    } catch (IOException e) {
      throw new ModelFileException(file + ": cannot be read", e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
