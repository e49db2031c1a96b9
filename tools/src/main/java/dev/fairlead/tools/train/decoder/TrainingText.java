package dev.fairlead.tools.train.decoder;

import dev.fairlead.onnx.tokenizer.ByteLevelTokenizer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All that a decoder is trained on.
 *
 * @param exchanges questions and answers, of which only the answers count
 * @param text null when there is only the former
 * @param description where it is from
 */
record TrainingText(
    List<DecoderCorpus.Exchange> exchanges, @Nullable DecoderText text, String description) {

  /** Reads what is named, or the shipped corpus when nothing is. */
  static TrainingText read(@Nullable Path corpus, @Nullable Path text) throws IOException {
    if (corpus == null && text == null) {
      return new TrainingText(
          DecoderCorpus.read(null).exchanges(),
          null,
          "questions and answers that this project wrote"
              + " (tools/src/main/resources/dev/fairlead/tools/train/decoder/decoder-corpus.txt,"
              + " and sums of two digits)");
    }
    List<DecoderCorpus.Exchange> exchanges =
        corpus == null ? List.of() : DecoderCorpus.read(corpus).exchanges();
    DecoderText documents = text == null ? null : DecoderText.read(text);
    List<String> sources = new ArrayList<>();
    if (corpus != null) {
      sources.add(corpus.toString());
    }
    if (documents != null) {
      sources.add(
          "%s (%d documents, %d repeated ones left out)"
              .formatted(text, documents.documents().size(), documents.repeated()));
    }
    return new TrainingText(exchanges, documents, String.join(" and ", sources));
  }

  /** The texts without marks, to learn a vocabulary from. */
  Collection<String> plain() {
    List<String> texts = new ArrayList<>();
    for (DecoderCorpus.Exchange exchange : exchanges) {
      texts.add(exchange.text().replaceAll("<\\|im_(start|end)\\|>", ""));
    }
    if (text != null) {
      texts.addAll(text.documents());
    }
    return texts;
  }

  /** As sequences of tokens. */
  List<SequenceSource.Example> examples(ByteLevelTokenizer tokenizer, int context) {
    List<SequenceSource.Example> examples = new ArrayList<>();
    for (DecoderCorpus.Exchange exchange : exchanges) {
      examples.add(
          new SequenceSource.Example(
              tokenizer.encode(exchange.text()), tokenizer.encode(exchange.prompt()).length));
    }
    if (text != null) {
      examples.addAll(text.examples(tokenizer, context));
    }
    return examples;
  }
}
