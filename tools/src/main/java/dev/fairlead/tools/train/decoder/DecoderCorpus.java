package dev.fairlead.tools.train.decoder;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Questions and answers to train a small decoder on, out of a file of templates or the one that is
 * shipped, with sums of two digits beside them. Its format is in the shipped file's head.
 *
 * @param exchanges in order of the file
 */
record DecoderCorpus(List<Exchange> exchanges) {

  static final String USER = "<|im_start|>user\n";
  static final String ASSISTANT = "<|im_end|>\n<|im_start|>assistant\n";
  static final String END = "<|im_end|>\n";

  private static final String RESOURCE = "decoder-corpus.txt";

  /** A question and its answer. */
  record Exchange(String question, String answer) {

    /** As the model reads it, in the ChatML form. */
    String text() {
      return prompt() + answer + END;
    }

    /** The part before the answer. */
    String prompt() {
      return USER + question + ASSISTANT;
    }
  }

  static DecoderCorpus read(@Nullable Path file) throws IOException {
    List<String> lines = file == null ? shipped() : Files.readAllLines(file);
    Map<String, List<String[]>> slots = new LinkedHashMap<>();
    List<Exchange> exchanges = new ArrayList<>();
    for (String line : lines) {
      String[] parts = line.split("=>", 2);
      if (line.isBlank() || line.startsWith("#")) {
        continue;
      }
      if (parts.length == 2) {
        for (String question : parts[0].strip().split("\\|")) {
          fill(new Exchange(question.strip(), parts[1].strip()), slots, exchanges);
        }
      } else {
        String[] slot = line.split("=", 2);
        if (slot.length < 2) {
          throw new IOException("corpus: `" + line + "` (expected: questions => answer)");
        }
        slots.put(
            slot[0].strip(),
            Arrays.stream(slot[1].split(",")).map(v -> v.strip().split(":")).toList());
      }
    }
    if (file == null) {
      addSums(exchanges);
    }
    return new DecoderCorpus(List.copyOf(exchanges));
  }

  private static void addSums(List<Exchange> exchanges) {
    for (int a = 0; a < 10; a++) {
      for (int b = 0; b < 10; b++) {
        exchanges.add(
            new Exchange(
                "What is %d plus %d?".formatted(a, b), "%d plus %d is %d.".formatted(a, b, a + b)));
      }
    }
  }

  private static void fill(
      Exchange exchange, Map<String, List<String[]>> slots, List<Exchange> out) {
    for (Map.Entry<String, List<String[]>> slot : slots.entrySet()) {
      if (exchange.question().contains("{" + slot.getKey() + ".")) {
        for (String[] value : slot.getValue()) {
          out.add(
              new Exchange(
                  filled(exchange.question(), slot.getKey(), value),
                  filled(exchange.answer(), slot.getKey(), value)));
        }
        return;
      }
    }
    out.add(exchange);
  }

  private static String filled(String text, String slot, String[] value) {
    String result = text;
    for (int i = 0; i < value.length; i++) {
      result = result.replace("{" + slot + "." + (i + 1) + "}", value[i]);
    }
    return result;
  }

  private static List<String> shipped() throws IOException {
    try (InputStream in = DecoderCorpus.class.getResourceAsStream(RESOURCE)) {
      if (in == null) {
        throw new IOException("no resource " + RESOURCE);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    }
  }
}
