package dev.fairlead.onnx.learning;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * A folder in which imported labels wait for the process that learns from them, which may be
 * running or not. A file appears in it all at once, is taken once, and is gone afterwards. Blocks.
 */
public final class LabelSpool {

  /** Bytes of a file that is taken; what is larger was not written by {@link #put}. */
  static final long MAX_BYTES = 256L << 20;

  private static final String FOLDER = "imports";
  private static final String ENDING = ".jsonl";
  private static final String REFUSED = ".refused";

  private final Path folder;
  private final LabelCodec codec;

  /**
   * A spool.
   *
   * @param learning folder of the labels; the spool is one in it
   * @param codec of the encoder and head that the labels are for
   */
  public LabelSpool(Path learning, LabelCodec codec) {
    this.folder = learning.resolve(FOLDER);
    this.codec = codec;
  }

  /**
   * Leaves labels for whoever learns.
   *
   * @return the file
   */
  public Path put(List<LabelCodec.Line> lines) throws IOException {
    Files.createDirectories(folder);
    String name = System.currentTimeMillis() + "-" + UUID.randomUUID();
    Path written = folder.resolve(name + ".part");
    try (var out = Files.newBufferedWriter(written, StandardCharsets.UTF_8)) {
      for (LabelCodec.Line line : lines) {
        out.write(codec.write(line));
        out.write('\n');
      }
    }
    return Files.move(written, folder.resolve(name + ENDING), StandardCopyOption.ATOMIC_MOVE);
  }

  /**
   * Hands on what waits, file by file and the oldest first. A file goes when its labels were taken;
   * one in which no line fits is kept beside the others under another name.
   *
   * @return lines that are damaged or of another encoder or head, which were passed over
   * @throws IOException when a file can be neither read nor moved; it is tried again the next time
   */
  public int take(Consumer<List<LabelCodec.Line>> sink) throws IOException {
    int passedOver = 0;
    for (Path file : waiting()) {
      List<Optional<LabelCodec.Line>> read = read(file);
      List<LabelCodec.Line> lines = read.stream().flatMap(Optional::stream).toList();
      passedOver += read.size() - lines.size();
      if (lines.isEmpty()) {
        Files.move(
            file,
            file.resolveSibling(file.getFileName() + REFUSED),
            StandardCopyOption.REPLACE_EXISTING);
      } else {
        sink.accept(lines);
        Files.delete(file);
      }
    }
    return passedOver;
  }

  private List<Path> waiting() throws IOException {
    List<Path> files = new ArrayList<>();
    try (DirectoryStream<Path> found = Files.newDirectoryStream(folder, "*" + ENDING)) {
      found.forEach(files::add);
    } catch (NoSuchFileException e) {
      return List.of();
    }
    files.sort(null);
    return files;
  }

  private List<Optional<LabelCodec.Line>> read(Path file) throws IOException {
    if (Files.size(file) > MAX_BYTES) {
      return List.of();
    }
    // A reader that replaces what is not UTF-8: a damaged byte costs its line and no other.
    try (BufferedReader text =
        new BufferedReader(
            new InputStreamReader(Files.newInputStream(file), StandardCharsets.UTF_8))) {
      return text.lines().map(codec::read).toList();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }
}
