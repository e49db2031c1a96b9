package dev.fairlead.benchmarks.cache;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.zip.GZIPInputStream;

/**
 * A request of a recorded stream.
 *
 * @param text what the user asked
 * @param answerKey equal keys mean that the same answer is right
 */
record RecordedRequest(String text, String answerKey) {

  /** The requests of a file in their order. */
  static List<RecordedRequest> stream(Path file) throws IOException {
    return rows(
        file,
        row -> new RecordedRequest(row.path("text").asText(), row.path("answer_key").asText()));
  }

  /** The rows of a file with one JSON object a line, packed by gzip or not. */
  static <T> List<T> rows(Path file, Function<JsonNode, T> row) throws IOException {
    ObjectMapper json = new ObjectMapper();
    List<T> rows = new ArrayList<>();
    try (InputStream raw = Files.newInputStream(file);
        InputStream plain = file.toString().endsWith(".gz") ? new GZIPInputStream(raw) : raw;
        BufferedReader lines =
            new BufferedReader(new InputStreamReader(plain, StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (!line.isBlank()) {
          rows.add(row.apply(json.readTree(line)));
        }
      }
    }
    return rows;
  }
}
