package dev.fairlead.gateway.dialect.json;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import dev.fairlead.common.failure.FailureException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Objects that begin alike are read as if each were the first of its kind. */
class BeginningsTest {

  private static final JsonLimits LIMITS = new JsonLimits(1 << 20, 8, 256);
  private static final List<String> FIRST =
      List.of(
          "\"role\"|\"user\"",
          "\"role\"|\"assistant\"",
          "\"role\"|\"a\\nb\"",
          "\"type\"|\"\u00e9\"",
          "\"n\"|1.0",
          "\"n\"|7",
          "\"o\"|[]",
          "\"content\"|\"user\"",
          "\"r\\u006fle\"|\"user\"");
  private static final List<String> SECOND =
      List.of("\"content\"", "\"text\"", "\"role\"", "\"x\"", "\"con\\u0074ent\"");
  private static final List<String> VALUES =
      List.of(
          "\"plain\"",
          "\"say \\\"it\\\"\"",
          "\"\\u0041\"",
          "\"\"",
          "12",
          "1.50",
          "null",
          "[]",
          "{}",
          "[{\"type\":\"text\",\"text\":\"part\"},{\"type\":\"text\",\"text\":\"\u00fc\"}]",
          "{\"role\":\"user\",\"content\":\"inner\"}");

  /** Turns, with {@code gap} wherever it means nothing. */
  private static String turns(Random random, String gap) {
    List<String> turns = new ArrayList<>();
    for (int i = random.nextInt(2, 12); i > 0; i--) {
      String first = pick(random, FIRST).replace("|", gap + ":" + gap);
      String second = pick(random, SECOND) + gap + ":" + gap + pick(random, VALUES);
      String third = random.nextInt(8) == 0 ? gap + "," + gap + "\"more\":true" : "";
      String only = random.nextInt(10) == 0 ? first : first + gap + "," + gap + second + third;
      turns.add("{" + gap + only + gap + "}");
    }
    return "{\"v\":[" + String.join("," + gap, turns) + "]}";
  }

  private static String pick(Random random, List<String> from) {
    return from.get(random.nextInt(random.nextInt(from.size()) + 1));
  }

  private static JsonTape scan(String text) {
    return JsonScanner.scan(text.getBytes(UTF_8), LIMITS);
  }

  /** The digest, or the path that is refused, without the text behind the {@code node}. */
  private static Object digest(JsonTape tape, int node) {
    try {
      ByteString digest =
          CanonicalDigest.of(
              tape, TopLevel.of(tape, Set.of()), "x", Set.of(), new int[] {node}, "");
      return digest;
    } catch (FailureException e) {
      return String.valueOf(e.getMessage());
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void turns_areReadAlike_withAndWithoutSpace(long seed) throws Exception {
    ObjectMapper mapper = new ObjectMapper();
    for (int i = 0; i < 1_500; i++) {
      String text = turns(new Random(seed << 32 | i), "");
      JsonTape tape = scan(text);
      JsonTape spaced = scan(turns(new Random(seed << 32 | i), " "));
      assertThat(tape.size()).isEqualTo(spaced.size());
      int node = new Random(i).nextInt(tape.size());
      assertThat(digest(tape, node)).as(text).isEqualTo(digest(spaced, node));
      assertThat(digest(tape, tape.size())).isEqualTo(digest(spaced, spaced.size()));
      if (digest(tape, tape.size()) instanceof ByteString) {
        JsonScannerTest.same(tape, 0, mapper.readTree(text));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {4, 5})
  void damage_isFound_whereverItIs(long seed) {
    ReferenceJson reference = new ReferenceJson(LIMITS);
    Random random = new Random(seed);
    int accepted = 0;
    for (int i = 0; i < 4_000; i++) {
      byte[] body = turns(random, "").getBytes(UTF_8);
      body[random.nextInt(body.length)] = (byte) "\"\\{}[],: x0\u00e9".charAt(random.nextInt(12));
      accepted += reference.accepts(body) ? 1 : 0;
      assertThat(isWhole(body))
          .as(() -> new String(body, ISO_8859_1))
          .isEqualTo(reference.accepts(body));
    }
    assertThat(accepted).isBetween(100, 3_900);
  }

  private static boolean isWhole(byte[] body) {
    try {
      return digest(JsonScanner.scan(body, LIMITS), Integer.MAX_VALUE) instanceof ByteString;
    } catch (FailureException e) {
      return false;
    }
  }

  @Test
  void depth_isBounded_whereObjectsBeginAlike() {
    String turn = "{\"a\":\"b\",\"cc\":1}";
    assertThat(isWhole(nested(turn, LIMITS.maxDepth() - 3).getBytes(UTF_8))).isTrue();
    assertThat(isWhole(nested(turn, LIMITS.maxDepth() - 2).getBytes(UTF_8))).isFalse();
  }

  /** A turn in an array in an object, and the same behind further brackets. */
  private static String nested(String turn, int brackets) {
    return "{\"v\":[" + turn + "," + "[".repeat(brackets) + turn + "]".repeat(brackets) + "]}";
  }
}
