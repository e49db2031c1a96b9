package dev.fairlead.gateway.dialect.json;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Base64;
import java.util.HexFormat;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImageSizeTest {

  private static @Nullable ImageSize size(byte[] image) {
    byte[] text = ("xx" + Base64.getEncoder().encodeToString(image)).getBytes(US_ASCII);
    return ImageSize.of(new Base64Bytes(text, 2, text.length)::at);
  }

  private static byte[] bytes(String hex) {
    return HexFormat.of().parseHex(hex.replace(" ", ""));
  }

  @ParameterizedTest
  @CsvSource({
    "89504e470d0a1a0a 0000000d 49484452 00000400 00000300 0806000000, 1024, 768",
    "474946383961 2003 5802 f70000, 800, 600",
    "52494646 00000000 57454250 56503820 00000000 000000 9d012a 4001 f000, 320, 240",
    "52494646 00000000 57454250 5650384c 00000000 2f 3f c1 3b 00 00, 320, 240",
    "52494646 00000000 57454250 56503858 0a000000 00000000 3f0100 ef0000, 320, 240",
    "ffd8 ffe0 0010 4a464946000101000001000100 00 ffc0 0011 08 00f0 0140 03, 320, 240",
    "ffd8 ffe1 0004 0000 ffc4 0003 00 ffc2 0011 08 00f0 0140 03, 320, 240"
  })
  void size_isRead(String hex, long width, long height) {
    assertThat(size(bytes(hex))).isEqualTo(new ImageSize(width, height));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "00",
        "89504e470d0a1a0a 0000000d 49484452 00000400",
        "89504e470d0a1a0a 0000000d 49484452 00000000 00000300",
        "89504e470d0a1a0a 0000000d 00000000 00000400 00000300",
        "52494646 00000000 57454250 00000000 00000000 00000000 00000000",
        "52494646 00000000 00000000 56503820 00000000 0000009d012a4001f000",
        "ffd8",
        "ffd8 ffe0 0001 ffc0 0011 08 00f0 0140 03",
        "ffd8 ffda 0004 0000 ffc0 0011 08 00f0 0140 03",
        "ffd8 0000 0004 0000 ffc0 0011 08 00f0 0140 03",
        "ffd8 ffe0 ffff 00"
      })
  void whatIsCutOrBroken_hasNoSize(String hex) {
    assertThat(size(bytes(hex))).isNull();
  }

  @Test
  void jpegOfManySegments_isNotWalkedToItsEnd() {
    byte[] image = new byte[20_000_000];
    image[0] = (byte) 0xff;
    image[1] = (byte) 0xd8;
    for (int at = 2; at + 4 <= image.length; at += 4) {
      image[at] = (byte) 0xff;
      image[at + 1] = (byte) 0xe0;
      image[at + 3] = 2;
    }
    AtomicInteger reads = new AtomicInteger();
    assertThat(
            ImageSize.of(at -> {
              reads.incrementAndGet();
              return image[at] & 0xff;
            }))
        .isNull();
    assertThat(reads.get()).isLessThan(1_000);
  }

  /** OpenAI: 85 and 170 a tile; Anthropic: a token for 750 pixels; Gemini: 258. */
  @ParameterizedTest
  @CsvSource({
    "1, 1, 258",
    "512, 512, 349",
    "1024, 512, 699",
    "1024, 1024, 1398",
    "4000, 3000, 1600",
    "100, 4000, 765",
    "4294967295, 1, 765",
    "4294967295, 4294967295, 1600"
  })
  void tokens_areThoseOfTheDearerVendor(long width, long height, long tokens) {
    assertThat(new ImageSize(width, height).tokens()).isEqualTo(tokens);
  }

  @Test
  void base64_isReadAsItIsDecoded() {
    Random random = new Random(7);
    for (int length = 0; length < 40; length++) {
      byte[] bytes = new byte[length];
      random.nextBytes(bytes);
      byte[] text = Base64.getEncoder().encodeToString(bytes).getBytes(US_ASCII);
      Base64Bytes read = new Base64Bytes(text, 0, text.length);
      for (int at = 0; at < length; at++) {
        assertThat(read.at(at)).isEqualTo(bytes[at] & 0xff);
      }
      assertThat(read.at(length)).isEqualTo(-1);
      assertThat(read.at(Integer.MAX_VALUE)).isEqualTo(-1);
    }
  }

  @Test
  void base64_thatIsNone_hasNoBytes() {
    byte[] text = "\u00e9AAA*AAA".getBytes(ISO_8859_1);
    Base64Bytes read = new Base64Bytes(text, 0, text.length);
    assertThat(read.at(0)).isEqualTo(-1);
    assertThat(read.at(1)).isZero();
    assertThat(read.at(3)).isEqualTo(-1);
  }
}
