package dev.fairlead.tools.train.decoder;

import dev.fairlead.onnx.tokenizer.ByteLevelTokenizer;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedSet;
import java.util.stream.Stream;

/**
 * Plain text to train a decoder on: UTF-8 files, each a document, or documents set apart by a line
 * of {@code <|endoftext|>}. Made ready for training: line ends and composition of characters are
 * made the same, empty and repeated documents are left out.
 *
 * @param documents in order of file names
 * @param repeated documents left out because they were there already
 */
record DecoderText(SequencedSet<String> documents, int repeated) {

  static final String END = "<|endoftext|>";

  /**
   * Reads a file, or all {@code .txt} files under a folder.
   *
   * @throws IOException when there is no text, or a file is not UTF-8
   */
  static DecoderText read(Path source) throws IOException {
    SequencedSet<String> documents = new LinkedHashSet<>();
    int repeated = 0;
    for (Path file : files(source)) {
      for (String document : text(file).split("(?m)^\\Q" + END + "\\E$")) {
        String stripped = document.strip();
        if (!stripped.isEmpty() && !documents.add(stripped)) {
          repeated++;
        }
      }
    }
    if (documents.isEmpty()) {
      throw new IOException(
          source + ": no text (expected: a UTF-8 file, or a folder of .txt files)");
    }
    return new DecoderText(documents, repeated);
  }

  /** As sequences of up to {@code context} tokens, in which every token counts. */
  List<SequenceSource.Example> examples(ByteLevelTokenizer tokenizer, int context) {
    List<SequenceSource.Example> examples = new ArrayList<>();
    for (String document : documents) {
      int[] ids = tokenizer.encode(END + tokenizer.asText(document) + END);
      // The last token of one part is the first of the next, so that none goes unlearnt.
      for (int from = 0; from + 1 < ids.length; from += context - 1) {
        int to = Math.min(ids.length, from + context);
        examples.add(new SequenceSource.Example(Arrays.copyOfRange(ids, from, to), 0));
      }
    }
    return examples;
  }

  private static List<Path> files(Path source) throws IOException {
    if (!Files.isDirectory(source)) {
      return List.of(source);
    }
    try (Stream<Path> found = Files.walk(source)) {
      return found
          .filter(file -> file.toString().endsWith(".txt") && Files.isRegularFile(file))
          .sorted()
          .toList();
    }
  }

  private static String text(Path file) throws IOException {
    try {
      String text = Files.readString(file).replace("\r\n", "\n").replace('\r', '\n');
      return Normalizer.normalize(text, Normalizer.Form.NFC);
    } catch (CharacterCodingException e) {
      throw new IOException(file + ": not UTF-8 (expected: text)", e);
    }
  }
}
