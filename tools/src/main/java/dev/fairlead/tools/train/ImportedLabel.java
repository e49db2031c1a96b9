package dev.fairlead.tools.train;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;

/**
 * A line of a labels file: a prompt of an operator's own traffic, and what was measured on it.
 *
 * @param tenant whose traffic it is
 * @param prompt not blank
 * @param gain what the strong model's answer was better by, -1 to 1
 * @param propensity probability with which such a prompt was measured, above 0 to 1
 */
record ImportedLabel(String tenant, String prompt, double gain, double propensity) {

  private static final int MAX_TENANT_BYTES = 256;
  private static final int MAX_PROMPT_BYTES = 1 << 20;
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  /**
   * Reads a file of JSON lines, gzip when its name ends in {@code .gz}. Blank lines are passed
   * over. Blocks.
   *
   * @param tenant of lines that name none
   * @throws IOException whose message names file, line, member and expectation
   */
  static List<ImportedLabel> read(Path file, String tenant) throws IOException {
    List<ImportedLabel> labels = new ArrayList<>();
    int number = 0;
    try (BufferedReader reader = open(file)) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        number++;
        if (!line.isBlank()) {
          labels.add(parse(line, tenant));
        }
      }
    } catch (CharacterCodingException e) {
      throw new IOException(at(file, number + 1) + "not UTF-8 (expected: UTF-8 text)", e);
    } catch (IllegalArgumentException e) {
      throw new IOException(at(file, number) + e.getMessage(), e);
    }
    if (labels.isEmpty()) {
      throw new IOException(file + ": no labels in it (expected: a line for each)");
    }
    return labels;
  }

  private static String at(Path file, int line) {
    return file + ": line " + line + ": ";
  }

  private static BufferedReader open(Path file) throws IOException {
    InputStream in = Files.newInputStream(file);
    try {
      InputStream plain = file.toString().endsWith(".gz") ? new GZIPInputStream(in) : in;
      return new BufferedReader(
          new InputStreamReader(plain, StandardCharsets.UTF_8.newDecoder()));
    } catch (IOException e) {
      in.close();
      throw e;
    }
  }

  private static ImportedLabel parse(String line, String otherwise) {
    JsonNode node;
    try {
      node = JSON.readTree(line);
    } catch (JacksonException e) {
      throw new IllegalArgumentException(
          "not JSON: " + e.getOriginalMessage() + " (expected: one object a line)", e);
    }
    expect(node.isObject(), "a JSON " + node.getNodeType(), "an object");
    String tenant = node.has("tenant") ? text(node, "tenant", MAX_TENANT_BYTES) : otherwise;
    double propensity = node.has("propensity") ? number(node, "propensity", 0, 1) : 1;
    expect(propensity > 0, "propensity: 0", "above 0, up to 1");
    return new ImportedLabel(
        tenant, text(node, "prompt", MAX_PROMPT_BYTES), gain(node), propensity);
  }

  private static double gain(JsonNode node) {
    if (node.has("gain")) {
      expect(
          !node.has("strong_score") && !node.has("weak_score"),
          "gain beside strong_score or weak_score",
          "either gain, or both scores");
      return number(node, "gain", -1, 1);
    }
    expect(
        node.has("strong_score") && node.has("weak_score"),
        "no outcome",
        "gain, or strong_score and weak_score");
    return number(node, "strong_score", 0, 1) - number(node, "weak_score", 0, 1);
  }

  private static String text(JsonNode node, String member, int bytes) {
    JsonNode value = node.path(member);
    expect(
        value.isTextual() && !value.textValue().isBlank(),
        member + ": " + (value.isTextual() ? "blank" : value.isMissingNode() ? "absent" : value),
        "a text");
    int length = value.textValue().getBytes(StandardCharsets.UTF_8).length;
    expect(length <= bytes, member + ": " + length + " bytes", "up to " + bytes);
    return value.textValue();
  }

  private static double number(JsonNode node, String member, int low, int high) {
    JsonNode value = node.get(member);
    double number = value.isNumber() ? value.doubleValue() : Double.NaN;
    expect(
        number >= low && number <= high,
        member + ": " + value,
        "a number, " + low + ".." + high);
    return number;
  }

  private static void expect(boolean holds, String found, String expected) {
    if (!holds) {
      throw new IllegalArgumentException(found + " (expected: " + expected + ")");
    }
  }
}
