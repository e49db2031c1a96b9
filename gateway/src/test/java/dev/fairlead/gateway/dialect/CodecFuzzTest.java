package dev.fairlead.gateway.dialect;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.fairlead.common.failure.Failure;
import dev.fairlead.common.failure.FailureException;
import dev.fairlead.gateway.dialect.answer.AnswerJson;
import dev.fairlead.gateway.dialect.answer.SseText;
import dev.fairlead.v1.RawEventStream;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every codec against mutated input. Whatever once broke one is kept under {@code
 * src/test/resources/fuzz} and tried first.
 */
class CodecFuzzTest {

  private static final int ROUNDS = 4_000;
  private static final String[] TOKENS = {
    "null",
    "5",
    "\"x\"",
    "[]",
    "{}",
    "true",
    "-1",
    "1e400",
    "[[",
    "\"\\ud800\"",
    "\"index\":-1,",
    "\"index\":2147483648,",
    "\"function\":5,",
    "\"type\":7,",
    "\"content\":{},",
    "\"choices\":[null],",
    "\"delta\":5,",
    "\n\n",
    "data: ",
    "event: error\n",
    "\r",
    ":",
    ",",
    "\"text\":[1],",
    "\"usage\":3,"
  };

  @ParameterizedTest
  @EnumSource(CodecSamples.class)
  void samples_areAccepted_andKeepTheirBytes(CodecSamples sample) {
    ScannedRequest scanned = sample.codec().scan(sample.request().getBytes(UTF_8));
    assertThat(scanned.raw().getBody().toStringUtf8()).isEqualTo(sample.request());
    assertThat(scanned.raw().getDialect()).isEqualTo(sample.codec().dialect());
    scanned
        .raw()
        .getFieldsList()
        .forEach(field -> {
          String name =
              sample
                  .request()
                  .substring(
                      field.getKeyStart() + 1, field.getKeyStart() + 1 + field.getName().length());
          assertThat(name).isEqualTo(field.getName());
        });
  }

  @ParameterizedTest
  @EnumSource(CodecSamples.class)
  void mutatedRequests_areScannedOrRefused(CodecSamples sample) {
    Random random = new Random(7);
    int accepted = 0;
    for (int i = 0; i < ROUNDS; i++) {
      accepted += scan(sample, mutated(sample.request().getBytes(UTF_8), random)) ? 1 : 0;
    }
    assertThat(accepted).isPositive();
  }

  @ParameterizedTest
  @EnumSource(CodecSamples.class)
  void mutatedAnswers_areToldOrMalformed(CodecSamples sample) {
    Random random = new Random(8);
    for (int i = 0; i < ROUNDS; i++) {
      tell(sample, mutated(sample.answer().getBytes(UTF_8), random));
    }
  }

  @ParameterizedTest
  @EnumSource(CodecSamples.class)
  void mutatedEvents_arePutTogetherOrMalformed(CodecSamples sample) {
    Random random = new Random(9);
    byte[] events = whole(sample, 5).getSse().toByteArray();
    for (int i = 0; i < ROUNDS; i++) {
      putTogether(sample, mutated(events, random));
    }
  }

  @Test
  void corpus_neverBreaksACodecAgain() throws Exception {
    for (CodecSamples sample : CodecSamples.all()) {
      for (byte[] body : corpus("requests")) {
        scan(sample, body);
      }
      for (byte[] body : corpus("answers")) {
        tell(sample, body);
      }
      for (byte[] sse : corpus("events")) {
        putTogether(sample, sse);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(CodecSamples.class)
  void answer_survivesBeingToldAsAStream_whateverTheSizeOfItsPieces(CodecSamples sample) {
    JsonNode expected = AnswerJson.object(sample.answer().getBytes(UTF_8), "sample");
    for (int characters = 1; characters < 24; characters++) {
      byte[] back = sample.codec().toComplete(whole(sample, characters)).getBody().toByteArray();
      assertThat((Object) AnswerJson.object(back, "told")).as("%d", characters).isEqualTo(expected);
    }
  }

  @ParameterizedTest
  @EnumSource(CodecSamples.class)
  void f5_stream_meansTheSame_whateverItsLineEndsCommentsAndSpaces(CodecSamples sample) {
    String sse = whole(sample, 6).getSse().toStringUtf8();
    List<String> expected = SseText.data(sse.getBytes(UTF_8));
    for (String variant :
        List.of(
            sse.replace("\n", "\r\n"),
            sse.replace("\n", "\r"),
            sse.replace("data: ", "data:"),
            sse.replace("data: ", ": a comment\ndata: "),
            sse.substring(0, sse.length() - 2))) {
      assertThat(SseText.data(variant.getBytes(UTF_8))).isEqualTo(expected);
    }
  }

  private static RawEventStream whole(CodecSamples sample, int characters) {
    return sample
        .codec()
        .toEvents(
            sample.raw(ByteString.copyFromUtf8(sample.answer())),
            new CachedReplay(null, null, null, characters));
  }

  private static boolean scan(CodecSamples sample, byte[] body) {
    try {
      sample.codec().scan(body);
      return true;
    } catch (FailureException e) {
      assertThat(e.failure())
          .as(() -> new String(body, ISO_8859_1))
          .isInstanceOf(Failure.InvalidRequest.class);
      return false;
    } catch (RuntimeException | StackOverflowError e) {
      throw new AssertionError(sample + " broke on " + new String(body, ISO_8859_1), e);
    }
  }

  private static void tell(CodecSamples sample, byte[] body) {
    survives(
        sample,
        body,
        () ->
            sample
                .codec()
                .toEvents(
                    sample.raw(UnsafeByteOperations.unsafeWrap(body)), CachedReplay.AS_STORED));
  }

  private static void putTogether(CodecSamples sample, byte[] sse) {
    survives(
        sample,
        sse,
        () -> sample.codec().toComplete(sample.events(UnsafeByteOperations.unsafeWrap(sse))));
  }

  private static void survives(CodecSamples sample, byte[] input, Runnable step) {
    try {
      step.run();
    } catch (FailureException e) {
      assertThat(e.failure()).isInstanceOf(Failure.UpstreamMalformed.class);
    } catch (RuntimeException | StackOverflowError e) {
      throw new AssertionError(sample + " broke on " + new String(input, ISO_8859_1), e);
    }
  }

  /** Cuts, doubles, swaps and inserts. */
  private static byte[] mutated(byte[] base, Random random) {
    String text = new String(base, ISO_8859_1);
    for (int left = 1 + random.nextInt(3); left > 0; left--) {
      int at = random.nextInt(text.length());
      int to = Math.min(text.length(), at + 1 + random.nextInt(20));
      text =
          switch (random.nextInt(5)) {
            case 0 -> text.substring(0, at) + text.substring(to);
            case 1 -> text.substring(0, to) + text.substring(at);
            case 2 -> text.substring(0, at) + token(random) + text.substring(at);
            case 3 -> value(text, at, token(random));
            default -> text.substring(0, at) + (char) random.nextInt(256) + text.substring(at + 1);
          };
      if (text.isEmpty()) {
        return new byte[0];
      }
    }
    return text.getBytes(ISO_8859_1);
  }

  /** Another value for a member: what parses and has the wrong type. */
  private static String value(String text, int near, String token) {
    int colon = text.indexOf(":", near);
    if (colon < 0) {
      return text;
    }
    int end = colon + 1;
    while (end < text.length() && ",}]".indexOf(text.charAt(end)) < 0) {
      end++;
    }
    return text.substring(0, colon + 1) + token + text.substring(end);
  }

  private static String token(Random random) {
    return TOKENS[random.nextInt(TOKENS.length)];
  }

  private static List<byte[]> corpus(String kind) throws IOException, URISyntaxException {
    Path folder = Path.of(CodecFuzzTest.class.getResource("/fuzz/" + kind).toURI());
    List<byte[]> inputs = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.sorted().toList()) {
        inputs.add(Files.readAllBytes(file));
      }
    }
    assertThat(inputs).isNotEmpty();
    return inputs;
  }
}
