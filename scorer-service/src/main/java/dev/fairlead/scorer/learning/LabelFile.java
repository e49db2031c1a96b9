package dev.fairlead.scorer.learning;

import dev.fairlead.onnx.learning.LabelCodec;
import dev.fairlead.onnx.learning.TrafficLabel;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Labels as lines of one file, appended as they come and cut when most of them are old. A file that
 * cannot be written costs the labels at the next start and nothing else. Not thread-safe; blocks.
 */
final class LabelFile {

  private static final Logger logger = LoggerFactory.getLogger(LabelFile.class);
  private static final String NAME = "routing-labels.jsonl";

  /** Old labels that a file may have beside as many as are kept. */
  static final int SPARE = 200;

  private final @Nullable Path file;
  private final LabelCodec codec;
  private boolean failed;

  /** Labels in the file, but for those that cannot be read. */
  private long lines;

  /**
   * Labels of a tenant that were read.
   *
   * @param labels the newest, oldest first
   * @param taken how many were ever taken, as far as the file tells
   */
  record Earlier(List<TrafficLabel> labels, long taken) {

    static final Earlier NONE = new Earlier(List.of(), 0);
  }

  private static final class Newest {
    private final Deque<TrafficLabel> labels = new ArrayDeque<>();
    private long taken;

    void add(LabelCodec.Line line, int capacity) {
      labels.addLast(line.label());
      // Lines of before labels were counted have no number.
      taken = Math.max(taken + 1, line.number());
      if (labels.size() > capacity) {
        labels.removeFirst();
      }
    }
  }

  /** In a folder, which is made when the first label comes; null keeps nothing. */
  LabelFile(@Nullable Path folder, LabelCodec codec) {
    this.file = folder == null ? null : folder.resolve(NAME);
    this.codec = codec;
  }

  /**
   * The newest labels of each tenant that can be read, oldest first.
   *
   * @param capacity labels of a tenant
   * @param most tenants; those whose first label comes later are passed over
   */
  Map<String, Earlier> read(int capacity, int most) {
    if (file == null || !Files.isReadable(file)) {
      return Map.of();
    }
    Map<String, Newest> newest = new TreeMap<>();
    long unread = 0;
    // A reader that replaces what is not UTF-8: a damaged byte costs its line and no other.
    try (BufferedReader text =
        new BufferedReader(
            new InputStreamReader(Files.newInputStream(file), StandardCharsets.UTF_8))) {
      for (String line = text.readLine(); line != null; line = text.readLine()) {
        LabelCodec.Line read = codec.read(line).orElse(null);
        if (read == null) {
          unread++;
        } else {
          lines++;
          if (newest.size() < most || newest.containsKey(read.tenant())) {
            newest.computeIfAbsent(read.tenant(), ignored -> new Newest()).add(read, capacity);
          }
        }
      }
    } catch (IOException e) {
      logger.warn("{}: labels cannot be read; learning begins anew", file, e);
      return Map.of();
    }
    if (unread > 0) {
      logger.warn(
          "{}: {} labels are damaged or of another encoder or head; they are not learned from and"
              + " go when the file is cut",
          file,
          unread);
    }
    Map<String, Earlier> earlier = new TreeMap<>();
    newest.forEach(
        (tenant, kept) -> earlier.put(tenant, new Earlier(List.copyOf(kept.labels), kept.taken)));
    return earlier;
  }

  void append(LabelCodec.Line line) {
    lines++;
    write(codec.write(line) + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  /** Whether old labels make up most of the file. */
  boolean isDue(long kept) {
    return lines > 2 * kept + SPARE;
  }

  /** Leaves only these labels in the file, all at once. */
  void replace(Stream<LabelCodec.Line> kept) {
    lines = 0;
    if (file == null) {
      return;
    }
    Path next = file.resolveSibling(NAME + ".next");
    try {
      try (BufferedWriter out = Files.newBufferedWriter(next, StandardCharsets.UTF_8)) {
        for (LabelCodec.Line line : (Iterable<LabelCodec.Line>) kept::iterator) {
          lines++;
          out.write(codec.write(line));
          out.write('\n');
        }
      }
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
