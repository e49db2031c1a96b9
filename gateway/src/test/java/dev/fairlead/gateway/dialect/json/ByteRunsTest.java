package dev.fairlead.gateway.dialect.json;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ByteRunsTest {

  private static final int LONGEST = 40;

  /** What {@link ByteRuns#plainEnd} says, byte by byte. */
  private static int plainEnd(byte[] bytes, int from, int to) {
    int at = from;
    while (at < to && bytes[at] >= ' ' && bytes[at] != '"' && bytes[at] != '\\') {
      at++;
    }
    return at;
  }

  @Test
  void plainEnd_isFound_forEveryByteAtEveryPlace() {
    for (byte filler : new byte[] {' ', '!', '#', '~', 0x7F, 'a', '[', ']'}) {
      for (int value = 0; value < 256; value++) {
        byte[] bytes = new byte[LONGEST];
        for (int at = 0; at < LONGEST; at++) {
          Arrays.fill(bytes, filler);
          bytes[at] = (byte) value;
          assertSame(bytes, 0, LONGEST);
        }
      }
    }
  }

  @Test
  void plainEnd_isTheFirstOne_whereSpecialBytesFollowOneAnother() {
    Random random = new Random(11);
    byte[] special = {'"', '\\', 0, 0x1F, (byte) 0x80, (byte) 0xFF, ' ', '!', '#', '[', ']'};
    for (int round = 0; round < 20_000; round++) {
      byte[] bytes = new byte[random.nextInt(LONGEST)];
      for (int i = 0; i < bytes.length; i++) {
        bytes[i] = random.nextInt(4) == 0 ? special[random.nextInt(special.length)] : (byte) 'a';
      }
      int from = random.nextInt(bytes.length + 1);
      assertSame(bytes, from, from + random.nextInt(bytes.length - from + 1));
    }
  }

  private static void assertSame(byte[] bytes, int from, int to) {
    assertThat(ByteRuns.plainEnd(bytes, from, to))
        .as("%s from %d to %d", Arrays.toString(bytes), from, to)
        .isEqualTo(plainEnd(bytes, from, to));
  }
}
