package dev.fairlead.tools.train.decoder;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Training by AdamW with a warm-up and a cosine decay. Each step's batch depends on seed and step
 * alone and its gradient is summed in a fixed order, so a run gives the same bits again, also after
 * it was taken up from a checkpoint, with any number of cores.
 */
final class DecoderTraining {

  private static final int SHARDS = 4;
  private static final int MAGIC = 0x46_4c_44_31;
  private static final float FIRST = 0.9f;
  private static final float SECOND = 0.98f;
  private static final double DECAY = 0.05;
  private static final double LARGEST_NORM = 1.0;

  final Layout layout;
  final float[] values;
  private final float[] mean;
  private final float[] square;
  private final List<DecoderNetwork> networks = new ArrayList<>();
  private final float[][] gradients;
  private final Settings settings;
  private int step;
  private long tokens;

  /** Steps, sequences a step, largest rate, seed. */
  record Settings(int steps, int batch, double rate, long seed) {

    Settings {
      if (steps < 1 || batch < 1 || !(rate > 0 && rate <= 1)) {
        throw new IllegalArgumentException(
            "steps %d, batch %d, rate %s (expected: 1 or more, 1 or more, above 0 up to 1)"
                .formatted(steps, batch, rate));
      }
    }
  }

  DecoderTraining(DecoderShape shape, Settings settings) {
    this.layout = new Layout(shape);
    this.settings = settings;
    this.values = layout.initial(new Random(settings.seed()));
    this.mean = new float[layout.size];
    this.square = new float[layout.size];
    this.gradients = new float[SHARDS][layout.size];
    for (int i = 0; i < SHARDS; i++) {
      networks.add(new DecoderNetwork(layout));
    }
  }

  int step() {
    return step;
  }

  /** Tokens read since the start or the checkpoint. */
  long tokens() {
    return tokens;
  }

  /** One step; mean loss a token, in nats. */
  double advance(SequenceSource source) {
    Random random = new Random(settings.seed() * 1_000_003 + step);
    List<SequenceSource.Sequence> batch = new ArrayList<>();
    int counted = 0;
    for (int i = 0; i < settings.batch(); i++) {
      SequenceSource.Sequence sequence = source.draw(random);
      batch.add(sequence);
      tokens += sequence.ids().length;
      counted += sequence.counted();
    }
    float scale = 1f / Math.max(1, counted);
    double[] losses = new double[SHARDS];
    IntStream.range(0, SHARDS)
        .parallel()
        .forEach(shard -> {
          Arrays.fill(gradients[shard], 0);
          for (int i = shard; i < batch.size(); i += SHARDS) {
            SequenceSource.Sequence s = batch.get(i);
            DecoderNetwork network = networks.get(shard);
            network.forward(values, s.ids(), s.ids().length);
            losses[shard] += network.loss(s.targets(), s.ids().length, scale);
            network.backward(values, s.ids(), s.ids().length, gradients[shard]);
          }
        });
    step++;
    update();
    return Arrays.stream(losses).sum() * scale;
  }

  private void update() {
    float[] sum = gradients[0];
    double norm = 0;
    for (int i = 0; i < sum.length; i++) {
      for (int shard = 1; shard < SHARDS; shard++) {
        sum[i] += gradients[shard][i];
      }
      norm += (double) sum[i] * sum[i];
    }
    float clip = (float) Math.min(1, LARGEST_NORM / (Math.sqrt(norm) + 1e-9));
    double rate = rate();
    float keep = (float) (1 - rate * DECAY);
    float meanScale = (float) (rate / (1 - Math.pow(FIRST, step)));
    float squareScale = (float) (1 / (1 - Math.pow(SECOND, step)));
    for (int i = 0; i < sum.length; i++) {
      float g = sum[i] * clip;
      mean[i] = FIRST * mean[i] + (1 - FIRST) * g;
      square[i] = SECOND * square[i] + (1 - SECOND) * g * g;
      values[i] =
          keep * values[i]
              - meanScale * mean[i] / ((float) Math.sqrt(square[i] * squareScale) + 1e-8f);
    }
  }

  private double rate() {
    int warmUp = Math.max(1, settings.steps() / 20);
    if (step < warmUp) {
      return settings.rate() * step / warmUp;
    }
    double progress = (double) (step - warmUp) / Math.max(1, settings.steps() - warmUp);
    return settings.rate() * (0.05 + 0.95 * 0.5 * (1 + Math.cos(Math.PI * Math.min(1, progress))));
  }

  /** Writes all that a later run needs to go on; the file is replaced in one move. */
  void save(Path file) throws IOException {
    Path draft = file.resolveSibling(file.getFileName() + ".part");
    try (DataOutputStream out =
        new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(draft)))) {
      out.writeInt(MAGIC);
      out.writeInt(layout.size);
      out.writeLong(settings.seed());
      out.writeInt(step);
      for (float[] array : List.of(values, mean, square)) {
        for (float value : array) {
          out.writeFloat(value);
        }
      }
    }
    Files.move(draft, file, StandardCopyOption.REPLACE_EXISTING);
  }

  /** Goes on from a checkpoint of the same shape and seed. */
  void restore(Path file) throws IOException {
    try (DataInputStream in =
        new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
      if (in.readInt() != MAGIC
          || in.readInt() != layout.size
          || in.readLong() != settings.seed()) {
        throw new IOException(file + ": not a checkpoint of this shape and seed");
      }
      step = in.readInt();
      for (float[] array : List.of(values, mean, square)) {
        for (int i = 0; i < array.length; i++) {
          array[i] = in.readFloat();
        }
      }
    } catch (EOFException e) {
      throw new IOException(file + ": ends too early (expected: a whole checkpoint)", e);
    }
  }
}
