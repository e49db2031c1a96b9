package dev.fairlead.tools.train.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.onnx.ModelFile;
import dev.fairlead.onnx.tokenizer.ByteLevelTokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DecoderTextTest {

  @TempDir private Path folder;

  @Test
  void documents_areMadeAlike_andRepeatedOnesLeftOut() throws IOException {
    Files.writeString(folder.resolve("b.txt"), "two\r\nlines\n<|endoftext|>\n  \n");
    Files.writeString(folder.resolve("a.txt"), "cafe\u0301\n<|endoftext|>\ntwo\nlines");
    Files.writeString(folder.resolve("c.md"), "not read");

    DecoderText text = DecoderText.read(folder);

    assertThat(text.documents()).containsExactly("caf\u00e9", "two\nlines");
    assertThat(text.repeated()).isEqualTo(1);
  }

  @Test
  void everyTokenIsLearnt_whenADocumentIsLongerThanTheContext() throws IOException {
    ByteLevelTokenizer tokenizer =
        ByteLevelTokenizer.parse(
            ModelFile.resource("/dev/fairlead/onnx/decoder/tiny/tokenizer.json"));
    Path file = Files.writeString(folder.resolve("x.txt"), "some words ".repeat(40));
    int[] whole = tokenizer.encode("<|endoftext|>" + "some words ".repeat(40).strip());

    List<SequenceSource.Example> examples = DecoderText.read(file).examples(tokenizer, 16);

    int learnt = examples.stream().mapToInt(example -> example.ids().length - 1).sum();
    assertThat(learnt).as("each but the first, and the end").isEqualTo(whole.length);
    assertThat(examples).allMatch(example -> example.ids().length <= 16);
    assertThat(examples.getFirst().ids()[0]).isZero();
    assertThat(examples.getLast().ids()[examples.getLast().ids().length - 1]).isZero();
  }

  @Test
  void unusableFiles_areNamed() throws IOException {
    assertThatThrownBy(() -> DecoderText.read(folder)).hasMessageContaining("no text");
    Path latin =
        Files.write(folder.resolve("latin.txt"), new byte[] {(byte) 0xe9, 't', (byte) 0xe9});
    assertThatThrownBy(() -> DecoderText.read(latin)).hasMessageContaining("not UTF-8");
  }
}
