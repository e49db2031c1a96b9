package dev.fairlead.tools.eval.harness;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A prompt whose answer can be checked by a program.
 *
 * @param id unique in its file
 * @param category kind of task, such as {@code json}
 */
record EvalPrompt(String id, String category, String prompt, AnswerCheck check) {

  private static final String SHIPPED = "/dev/fairlead/tools/eval/prompts.jsonl";
  private static final JsonMapper JSON = new JsonMapper();

  /** The prompts that are shipped, written for this project. */
  static List<EvalPrompt> shipped() throws IOException {
    InputStream in = EvalPrompt.class.getResourceAsStream(SHIPPED);
    if (in == null) {
      throw new IllegalStateException(SHIPPED + " is not in the jar");
    }
    try (Reader reader = new InputStreamReader(in, StandardCharsets.UTF_8)) {
      return read(SHIPPED, reader);
    }
  }

  /**
   * Reads a file of JSON lines.
   *
   * @throws IOException whose message names file, line and expectation
   */
  static List<EvalPrompt> read(Path file) throws IOException {
    try (Reader reader = Files.newBufferedReader(file)) {
      return read(file.toString(), reader);
    }
  }

  private static List<EvalPrompt> read(String name, Reader from) throws IOException {
    List<EvalPrompt> prompts = new ArrayList<>();
    Set<String> ids = new HashSet<>();
    BufferedReader lines = new BufferedReader(from);
    int number = 0;
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      number++;
      if (line.isBlank()) {
        continue;
      }
      try {
        EvalPrompt prompt = parse(line);
        if (!ids.add(prompt.id())) {
          throw new IllegalArgumentException("id: " + prompt.id() + " (expected: unique)");
        }
        prompts.add(prompt);
      } catch (IllegalArgumentException e) {
        throw new IOException(name + ": line " + number + ": " + e.getMessage(), e);
      }
    }
    if (prompts.isEmpty()) {
      throw new IOException(name + ": no prompts in it (expected: a line for each)");
    }
    return prompts;
  }

  private static EvalPrompt parse(String line) {
    try {
      JsonNode node = JSON.readTree(line);
      return new EvalPrompt(
          text(node, "id"),
          text(node, "category"),
          text(node, "prompt"),
          AnswerCheck.of(node.path("check")));
    } catch (JacksonException e) {
      throw new IllegalArgumentException(
          "not JSON: " + e.getOriginalMessage() + " (expected: one object a line)", e);
    }
  }

  private static String text(JsonNode node, String member) {
    JsonNode value = node.path(member);
    if (!value.isTextual() || value.textValue().isBlank()) {
      throw new IllegalArgumentException(member + ": " + value + " (expected: a text)");
    }
    return value.textValue();
  }
}
