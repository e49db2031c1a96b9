package dev.fairlead.cache.store;

/** A unit vector. Made only of finite numbers, never zero, immutable. */
public final class Embedding {

  /** Largest dimension accepted. */
  public static final int MAX_DIMENSION = 4096;

  private final float[] values;

  private Embedding(float[] values) {
    this.values = values;
  }

  /**
   * Normalises a vector.
   *
   * @throws IllegalArgumentException when it is empty, too long, zero, or holds a number that is
   *     not finite
   */
  public static Embedding of(float... raw) {
    if (raw.length == 0 || raw.length > MAX_DIMENSION) {
      throw new IllegalArgumentException(
          "dimension " + raw.length + " (expected: 1.." + MAX_DIMENSION + ")");
    }
    double squares = 0;
    for (float value : raw) {
      squares += (double) value * value;
    }
    if (!(squares > 0) || !Double.isFinite(squares)) {
      throw new IllegalArgumentException(
          "length " + Math.sqrt(squares) + " (expected: finite numbers, not all 0)");
    }
    float scale = (float) (1 / Math.sqrt(squares));
    float[] unit = new float[raw.length];
    for (int i = 0; i < raw.length; i++) {
      unit[i] = raw[i] * scale;
    }
    return new Embedding(unit);
  }

  /** How many numbers. */
  public int dimension() {
    return values.length;
  }

  /** Cosine with another vector of the same dimension, -1 to 1. */
  public double cosine(Embedding other) {
    float[] a = values;
    float[] b = other.values;
    if (a.length != b.length) {
      throw new IllegalArgumentException("dimension " + b.length + " (expected: " + a.length + ")");
    }
    // Four sums keep the additions independent of each other, which is what lets the compiler use
    // wide registers.
    float s0 = 0;
    float s1 = 0;
    float s2 = 0;
    float s3 = 0;
    int i = 0;
    for (; i + 3 < a.length; i += 4) {
      s0 += a[i] * b[i];
      s1 += a[i + 1] * b[i + 1];
      s2 += a[i + 2] * b[i + 2];
      s3 += a[i + 3] * b[i + 3];
    }
    for (; i < a.length; i++) {
      s0 += a[i] * b[i];
    }
    return Math.clamp(s0 + s1 + s2 + s3, -1.0, 1.0);
  }

  /** A copy of the numbers. */
  public float[] toArray() {
    return values.clone();
  }

  /** Writes the signs, one bit a number, 64 a word, into {@code target} from {@code offset}. */
  public void writeSigns(long[] target, int offset) {
    int words = words(values.length);
    for (int word = 0; word < words; word++) {
      long bits = 0;
      int end = Math.min(values.length, (word + 1) * Long.SIZE);
      for (int i = word * Long.SIZE; i < end; i++) {
        bits |= values[i] > 0 ? 1L << i : 0;
      }
      target[offset + word] = bits;
    }
  }

  /** How many words the signs of a vector take. */
  public static int words(int dimension) {
    return (dimension + Long.SIZE - 1) / Long.SIZE;
  }
}
