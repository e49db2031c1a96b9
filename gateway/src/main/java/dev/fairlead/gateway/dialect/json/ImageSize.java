package dev.fairlead.gateway.dialect.json;

import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Width and height of an image in pixels, as its first bytes tell them, and the tokens that vendors
 * take for that. Nothing is decoded; a JPEG is walked from segment to segment, a bounded number.
 *
 * @param width at least 1
 * @param height at least 1
 */
record ImageSize(long width, long height) {

  /** Some cameras and editors write dozens. */
  private static final int MOST_SEGMENTS = 200;

  private static final int PNG = 0x89504e47;
  private static final int IHDR = 0x49484452;
  private static final int GIF8 = 0x47494638;
  private static final int RIFF = 0x52494646;
  private static final int WEBP = 0x57454250;
  private static final int VP8 = 0x56503820;
  private static final int VP8L = 0x5650384c;
  private static final int VP8X = 0x56503858;

  /**
   * Reads the head of a PNG, JPEG, GIF or WebP.
   *
   * @param bytes the byte at an offset, 0 to 255; -1 where there is none
   * @return null for what is none of them, or is cut or broken
   */
  static @Nullable ImageSize of(IntUnaryOperator bytes) {
    Head head = new Head(bytes);
    ImageSize size =
        switch (head.word(0)) {
          case PNG -> head.word(12) == IHDR ? head.size(head.big(16, 4), head.big(20, 4)) : null;
          case GIF8 -> head.size(head.little(6, 2), head.little(8, 2));
          case RIFF -> head.word(8) == WEBP ? webp(head) : null;
          default -> head.big(0, 2) == 0xffd8 ? jpeg(head) : null;
        };
    return head.cut ? null : size;
  }

  private static @Nullable ImageSize webp(Head head) {
    return switch (head.word(12)) {
      case VP8 -> head.size(head.little(26, 2) & 0x3fff, head.little(28, 2) & 0x3fff);
      case VP8L -> {
        long both = head.little(21, 4);
        yield head.size((both & 0x3fff) + 1, (both >>> 14 & 0x3fff) + 1);
      }
      case VP8X -> head.size(head.little(24, 3) + 1, head.little(27, 3) + 1);
      default -> null;
    };
  }

  private static @Nullable ImageSize jpeg(Head head) {
    int at = 2;
    for (int i = 0; i < MOST_SEGMENTS && !head.cut; i++) {
      int marker = (int) head.big(at, 2);
      if (isFrame(marker)) {
        return head.size(head.big(at + 7, 2), head.big(at + 5, 2));
      }
      int length = (int) head.big(at + 2, 2);
      if (marker >>> 8 != 0xff || marker == 0xffda || length < 2) {
        return null;
      }
      at += 2 + length;
    }
    return null;
  }

  /** Start of frame: 0xc0 to 0xcf, but for three that mean something else. */
  private static boolean isFrame(int marker) {
    return marker >>> 4 == 0xffc && marker != 0xffc4 && marker != 0xffc8 && marker != 0xffcc;
  }

  /**
   * Tokens of the image. Which vendor will see it is not known yet: the larger of what OpenAI and
   * Anthropic take, and what Gemini takes at least (their guides on vision, read 2026-11).
   */
  long tokens() {
    return Math.max(258, Math.max(tiles(), area()));
  }

  /** OpenAI: fitted into 2048 pixels, then the shorter side to 768; 85, and 170 a tile of 512. */
  private long tiles() {
    double fit = Math.min(1, 2048.0 / Math.max(width, height));
    double scale = fit * Math.min(1, 768 / (Math.min(width, height) * fit));
    return 85 + 170 * tilesAlong(width * scale) * tilesAlong(height * scale);
  }

  private static long tilesAlong(double pixels) {
    return Math.max(1, (long) Math.ceil(pixels / 512));
  }

  /** Anthropic: a token for 750 pixels, the longer side being at most 1568; about 1,600 at most. */
  private long area() {
    double fit = Math.min(1, 1568.0 / Math.max(width, height));
    return Math.min(1_600, (long) (width * fit * height * fit / 750));
  }

  /** The first bytes; notes when more was asked for than there is. */
  private static final class Head {
    private final IntUnaryOperator bytes;
    private boolean cut;

    Head(IntUnaryOperator bytes) {
      this.bytes = bytes;
    }

    int word(int at) {
      return (int) big(at, 4);
    }

    long big(int at, int count) {
      long value = 0;
      for (int i = 0; i < count; i++) {
        value = value << 8 | at(at + i);
      }
      return value;
    }

    long little(int at, int count) {
      long value = 0;
      for (int i = count - 1; i >= 0; i--) {
        value = value << 8 | at(at + i);
      }
      return value;
    }

    private int at(int offset) {
      int value = bytes.applyAsInt(offset);
      cut |= value < 0;
      return value & 0xff;
    }

    @Nullable ImageSize size(long width, long height) {
      return width < 1 || height < 1 ? null : new ImageSize(width, height);
    }
  }
}
