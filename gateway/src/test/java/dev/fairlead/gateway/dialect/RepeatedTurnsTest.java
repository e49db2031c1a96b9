package dev.fairlead.gateway.dialect;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.common.failure.Failure.InvalidRequest;
import dev.fairlead.common.failure.FailureException;
import dev.fairlead.gateway.dialect.anthropic.AnthropicMessagesCodec;
import dev.fairlead.gateway.dialect.openai.OpenAiChatCodec;
import java.util.List;
import java.util.Random;
import java.util.StringJoiner;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A turn that begins as one before it is read in a shorter way; with white space in it, it is not,
 * and must come out the same.
 */
class RepeatedTurnsTest {

  private static final List<String> ROLES =
      List.of("user", "assistant", "user", "assistant", "system", "developer", "tool", "nobody");
  private static final List<String> SECONDS =
      List.of("content", "content", "content", "content", "content", "content", "name", "x");
  private static final List<String> VALUES =
      List.of(
          "\"plain\"",
          "\"\u00fc \\\"quoted\\\"\\n\"",
          "\"\\u0041 \\ud83d\\ude00\"",
          "\"\"",
          "\"" + "long ".repeat(2_000) + "\"",
          "[{\"type\":\"text\",\"text\":\"part\"}]",
          "null");

  static Stream<DialectCodec> codecs() {
    return Stream.of(
        new OpenAiChatCodec(ScanLimits.DEFAULT), new AnthropicMessagesCodec(ScanLimits.DEFAULT));
  }

  @ParameterizedTest
  @MethodSource("codecs")
  void turns_areReadAlike_withAndWithoutSpace(DialectCodec codec) {
    int read = 0;
    for (int i = 0; i < 4_000; i++) {
      String body = body(new Random(i), "");
      Object facts = outcome(codec, body);
      assertThat(facts).as(body).isEqualTo(outcome(codec, body(new Random(i), " ")));
      read += facts instanceof RequestFacts ? 1 : 0;
    }
    assertThat(read).isBetween(800, 3_500);
  }

  /** What was made of it, or what was refused. */
  private static Object outcome(DialectCodec codec, String body) {
    try {
      return codec.scan(body.getBytes(UTF_8)).facts();
    } catch (FailureException e) {
      InvalidRequest refused = (InvalidRequest) e.failure();
      return refused.code() + " " + refused.param();
    }
  }

  private static String body(Random random, String gap) {
    StringJoiner turns = new StringJoiner("," + gap);
    for (int i = random.nextInt(1, 9); i > 0; i--) {
      turns.add(turn(random, gap));
    }
    return "{\"max_tokens\":9,\"messages\":[" + turns + "]}";
  }

  /** The first of each list are the most frequent ones. */
  private static String turn(Random random, String gap) {
    String role = "\"role\":" + gap + "\"" + pick(random, ROLES) + "\"";
    String second = "\"" + pick(random, SECONDS) + "\":" + gap + pick(random, VALUES);
    String third = random.nextInt(12) == 0 ? ",\"content\":\"last\"" : "";
    return random.nextInt(12) == 0
        ? "{" + gap + second + "," + role + "}"
        : "{" + gap + role + "," + second + third + gap + "}";
  }

  private static String pick(Random random, List<String> from) {
    return from.get(random.nextInt(1 + random.nextInt(from.size())));
  }
}
