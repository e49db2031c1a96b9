package dev.fairlead.gateway.dialect.json;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Where plain runs end, whatever is around, before and behind. */
class StringMarksTest {

  private static final int LONGEST = 40;

  /** What {@link StringMarks#next} says, byte by byte. */
  private static int plainEnd(byte[] bytes, int from) {
    int at = from;
    while (at < bytes.length && bytes[at] >= ' ' && bytes[at] != '"' && bytes[at] != '\\') {
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
          assertSame(bytes, 0);
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
      assertSame(bytes, random.nextInt(bytes.length + 1));
    }
  }

  @Test
  void places_areFoundOneAfterTheOther_beyondWhatIsLookedAtAtOnce() {
    Random random = new Random(12);
    for (int round = 0; round < 300; round++) {
      byte[] bytes = new byte[random.nextInt(20_000)];
      Arrays.fill(bytes, (byte) 'a');
      int rarity = 1 << random.nextInt(14);
      for (int i = 0; i < bytes.length; i++) {
        bytes[i] = random.nextInt(rarity) == 0 ? (byte) '\\' : (byte) 'a';
      }
      StringMarks marks = new StringMarks(bytes);
      int at = 0;
      while (at < bytes.length) {
        int next = marks.next(at);
        assertThat(next).isEqualTo(plainEnd(bytes, at));
        at = next + 1 + random.nextInt(random.nextInt(10) == 0 ? 9_000 : 3);
      }
    }
  }

  private static void assertSame(byte[] bytes, int from) {
    assertThat(new StringMarks(bytes).next(from))
        .as("%s from %d", Arrays.toString(bytes), from)
        .isEqualTo(plainEnd(bytes, from));
  }
}
