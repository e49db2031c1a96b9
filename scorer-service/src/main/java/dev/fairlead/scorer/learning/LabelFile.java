package dev.fairlead.scorer.learning;

import dev.fairlead.onnx.learning.LabelCodec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Labels as lines of one file, appended as they come. A file that cannot be written costs the
 * labels at the next start and nothing else. Not thread-safe; blocks.
 */
final class LabelFile {

  private static final Logger logger = LoggerFactory.getLogger(LabelFile.class);
  private static final String NAME = "routing-labels.jsonl";

  private final @Nullable Path file;
  private final LabelCodec codec;
  private boolean failed;

  /** In a folder, which is made when the first label comes; null keeps nothing. */
  LabelFile(@Nullable Path folder, LabelCodec codec) {
    this.file = folder == null ? null : folder.resolve(NAME);
    this.codec = codec;
  }

  /** All labels that can be read, oldest first. */
  List<LabelCodec.Line> read() {
    if (file == null || !Files.isReadable(file)) {
      return List.of();
    }
    try (Stream<String> lines = Files.lines(file, StandardCharsets.UTF_8)) {
      return lines.map(codec::read).flatMap(Optional::stream).toList();
    } catch (IOException | java.io.UncheckedIOException e) {
      logger.warn("{}: labels cannot be read; learning begins anew", file, e);
      return List.of();
    }
  }

  void append(LabelCodec.Line line) {
    write(codec.write(line) + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  /** Leaves only these labels in the file, all at once. */
  void replace(List<LabelCodec.Line> lines) {
    if (file == null) {
      return;
    }
    StringBuilder content = new StringBuilder();
    lines.forEach(line -> content.append(codec.write(line)).append('\n'));
    Path next = file.resolveSibling(NAME + ".next");
    try {
      Files.writeString(next, content, StandardCharsets.UTF_8);
      Files.move(next, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      logger.warn("{}: old labels stay in the file", file, e);
    }
  }

  private void write(String text, StandardOpenOption... options) {
    if (file == null) {
      return;
    }
    try {
      Files.createDirectories(file.toAbsolutePath().getParent());
      Files.writeString(file, text, StandardCharsets.UTF_8, options);
      failed = false;
    } catch (IOException e) {
      if (!failed) {
        logger.warn("{}: labels are not kept beyond this process", file, e);
      }
      failed = true;
    }
  }
}
