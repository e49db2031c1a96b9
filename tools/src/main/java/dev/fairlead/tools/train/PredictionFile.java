package dev.fairlead.tools.train;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.fairlead.onnx.ModelFile;
import dev.fairlead.onnx.complexity.ComplexityHead;
import dev.fairlead.onnx.encoder.SentenceEncoder;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Scores as JSON lines, to be measured by other programs. */
record PredictionFile(Path file) {

  /**
   * Held-back scores of what was trained on, and the final head's scores of the folder's other
   * routing files.
   */
  void write(TrainingSet set, TrainedHead head, Path data, SentenceEncoder encoder)
      throws IOException {
    JsonMapper json = new JsonMapper();
    try (BufferedWriter writer = Files.newBufferedWriter(file, StandardCharsets.UTF_8)) {
      for (int i = 0; i < set.examples.size(); i++) {
        line(writer, json, set.examples.get(i).id(), head.chosen().scores()[i]);
      }
      ModelFile graph = new ModelFile("graph", head.graph());
      ModelFile manifest =
          new ModelFile("manifest", head.manifest().toJson().getBytes(StandardCharsets.UTF_8));
      try (ComplexityHead trained = ComplexityHead.open(graph, manifest)) {
        for (RoutingExample example : others(data)) {
          EncodedPrompts one =
              EncodedPrompts.of(encoder, List.of(example.prompt()), head.manifest().maxTokens());
          line(
              writer,
              json,
              example.id(),
              trained.expectedGain(one.embeddings()[0], one.features()[0]));
        }
      }
    }
  }

  private static void line(Writer writer, JsonMapper json, String id, double score)
      throws IOException {
    writer.write(json.writeValueAsString(Map.of("id", id, "score", score)));
    writer.write('\n');
  }

  private static List<RoutingExample> others(Path data) throws IOException {
    List<String> trained = TrainingSource.ALL.stream().map(TrainingSource::file).toList();
    List<RoutingExample> examples = new java.util.ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(data, "routing_*.jsonl.gz")) {
      for (Path path : files) {
        if (!trained.contains(path.getFileName().toString())) {
          examples.addAll(RoutingExample.read(path));
        }
      }
    }
    return examples;
  }
}
