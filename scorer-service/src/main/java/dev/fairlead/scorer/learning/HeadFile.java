package dev.fairlead.scorer.learning;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.fairlead.onnx.complexity.QuantileTable;
import dev.fairlead.onnx.learning.GainScale;
import dev.fairlead.onnx.learning.LabelCodec;
import dev.fairlead.onnx.learning.TrafficLabel;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The last promotion or roll-back of each tenant, a file each in the folder {@code heads} beside
 * the labels: a checksum of what follows, a line of JSON, and the labels that the head was fitted
 * to. A file appears all at once. Not thread-safe; blocks.
 */
final class HeadFile {

  private static final Logger logger = LoggerFactory.getLogger(HeadFile.class);
  private static final String FOLDER = "heads";
  private static final String ENDING = ".jsonl";
  private static final int FORMAT = 1;
  private static final JsonMapper JSON = new JsonMapper();

  private final @Nullable Path folder;
  private final String fingerprint;
  private final LabelCodec codec;
  private boolean failed;

  /**
   * Beside the labels in a folder; null keeps nothing.
   *
   * @param fingerprint of encoder and shipped head
   */
  HeadFile(@Nullable Path folder, String fingerprint) {
    this.folder = folder == null ? null : folder.resolve(FOLDER);
    this.fingerprint = fingerprint;
    this.codec = new LabelCodec(fingerprint);
  }

  /** The second line. Of a head that was rolled back there are no labels and no quantiles. */
  private record Header(
      int format,
      String tenant,
      String fingerprint,
      int version,
      long taken,
      int labels,
      double slope,
      double offset,
      List<Double> quantiles) {

    Header {
      if (tenant == null || fingerprint == null || quantiles == null) {
        throw new IllegalArgumentException("a component is missing (expected: all of them)");
      }
    }
  }

  /** Tenants with a file, up to so many. */
  List<String> tenants(int most) {
    if (folder == null) {
      return List.of();
    }
    List<String> tenants = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*" + ENDING)) {
      for (Path file : files) {
        tenantOf(file).filter(tenant -> tenants.size() < most).ifPresent(tenants::add);
      }
    } catch (NoSuchFileException e) {
      return List.of();
    } catch (IOException e) {
      logger.warn("{}: heads cannot be listed", folder, e);
    }
    return tenants;
  }

  private static Optional<String> tenantOf(Path file) {
    try (BufferedReader text = Files.newBufferedReader(file)) {
      text.readLine();
      String second = text.readLine();
      return second == null ? Optional.empty() : Optional.of(header(second, file).tenant());
    } catch (IOException e) {
      // Whoever has labels is told when its file is read.
      logger.debug("{}: not read", file, e);
      return Optional.empty();
    }
  }

  /**
   * What was kept of a tenant; null when nothing was. A head for another encoder or shipped head
   * counts as rolled back: its version is taken all the same.
   *
   * @throws IOException when the file is damaged or cannot be read
   */
  @Nullable SavedHead read(String tenant) throws IOException {
    if (folder == null || !Files.exists(file(folder, tenant))) {
      return null;
    }
    Path file = file(folder, tenant);
    List<String> lines = lines(file);
    Header header = header(lines.get(1), file);
    try {
      boolean usable = header.labels() > 0 && header.fingerprint().equals(fingerprint);
      return new SavedHead(
          header.version(), header.taken(), usable ? fit(header, lines, file) : null);
    } catch (IllegalArgumentException e) {
      throw new IOException(file + ": " + e.getMessage(), e);
    }
  }

  private SavedHead.Fit fit(Header header, List<String> lines, Path file) throws IOException {
    List<TrafficLabel> labels =
        lines.subList(2, lines.size()).stream()
            .flatMap(line -> codec.read(line).stream())
            .map(LabelCodec.Line::label)
            .toList();
    if (labels.size() != header.labels()) {
      throw new IOException(
          file + ": " + labels.size() + " labels (expected: " + header.labels() + ")");
    }
    return new SavedHead.Fit(
        labels,
        new GainScale(header.slope(), header.offset()),
        QuantileTable.of(header.quantiles().stream().mapToDouble(Double::doubleValue).toArray()));
  }

  private static List<String> lines(Path file) throws IOException {
    List<String> lines = Files.readAllLines(file, StandardCharsets.UTF_8);
    if (lines.size() < 2 || !lines.getFirst().equals(checksum(lines.subList(1, lines.size())))) {
      throw new IOException(file + ": damaged (expected: what its checksum says)");
    }
    return lines;
  }

  private static Header header(String line, Path file) throws IOException {
    Header header;
    try {
      header = JSON.readValue(line, Header.class);
    } catch (JacksonException e) {
      throw new IOException(file + ": not a head that was kept", e);
    }
    if (header.format() != FORMAT) {
      throw new IOException(file + ": format " + header.format() + " (expected: " + FORMAT + ")");
    }
    return header;
  }

  /** Takes the place of what was kept of the tenant. What cannot be written is lost at the end. */
  void write(String tenant, SavedHead head) {
    if (folder == null) {
      return;
    }
    Path file = file(folder, tenant);
    try {
      Files.createDirectories(folder);
      Path next = file.resolveSibling(file.getFileName() + ".next");
      Files.write(next, encode(tenant, head), StandardCharsets.UTF_8);
      Files.move(next, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
      failed = false;
    } catch (IOException e) {
      if (!failed) {
        logger.warn("{}: heads are not kept beyond this process", file, e);
      }
      failed = true;
    }
  }

  private List<String> encode(String tenant, SavedHead head) throws IOException {
    SavedHead.Fit fit = head.fit();
    List<String> lines = new ArrayList<>();
    lines.add(
        JSON.writeValueAsString(
            new Header(
                FORMAT,
                tenant,
                fingerprint,
                head.version(),
                head.taken(),
                fit == null ? 0 : fit.labels().size(),
                fit == null ? 1 : fit.scale().slope(),
                fit == null ? 0 : fit.scale().offset(),
                fit == null ? List.of() : points(fit.quantiles()))));
    if (fit != null) {
      fit.labels().forEach(label -> lines.add(codec.write(new LabelCodec.Line(tenant, label))));
    }
    lines.addFirst(checksum(lines));
    return lines;
  }

  private static List<Double> points(QuantileTable quantiles) {
    return Arrays.stream(quantiles.points()).boxed().toList();
  }

  private static String checksum(List<String> lines) {
    CRC32C sum = new CRC32C();
    for (String line : lines) {
      sum.update(line.getBytes(StandardCharsets.UTF_8));
      sum.update('\n');
    }
    return HexFormat.of().toHexDigits(sum.getValue(), 8);
  }

  /** Tenants' names need not be names of files. */
  private static Path file(Path folder, String tenant) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(tenant.getBytes(StandardCharsets.UTF_8));
      return folder.resolve(HexFormat.of().formatHex(hash, 0, 16) + ENDING);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
