package dev.fairlead.gateway.dialect.json;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.common.failure.FailureException;
import dev.fairlead.gateway.dialect.ScanLimits;
import dev.fairlead.gateway.dialect.openai.OpenAiChatCodec;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Mutated bodies: the scanner accepts exactly what the reference accepts, and nothing escapes but
 * failures.
 */
class JsonScannerFuzzTest {

  private static final int ROUNDS = 8_000;
  private static final ScanLimits LIMITS = new ScanLimits(1 << 20, 12, 900, 100, 100, 8);
  private static final List<String> TOKENS =
      List.of(
          "{",
          "}",
          "[",
          "]",
          ",",
          ":",
          "\"",
          "\\",
          "\\u",
          "\\ud800",
          "\\udc00",
          "\\u00e9",
          "null",
          "true",
          "NaN",
          "-",
          "0",
          "1e400",
          "1e-400",
          "0e9999999999",
          "1.5",
          "\"a\":1,",
          "\"model\":\"x\",",
          "\"Model\":1,",
          "\u0000",
          "\u00EF\u00BB\u00BF",
          "\u00C3\u00A9",
          "\u00ED\u00A0\u0080",
          "\u00F0\u009F\u0098\u0080",
          " ",
          "\n",
          "[[[[[[[[[[[[",
          "\"\\u006dodel\":1,",
          "/**/",
          "\u00E2\u0080\u00A8",
          "9999999999999999999999");

  @ParameterizedTest
  @ValueSource(longs = {1, 20, 300})
  void scanner_agreesWithReference_whateverTheBytes(long seed) {
    RandomJson json = new RandomJson(seed);
    ReferenceJson reference = new ReferenceJson(LIMITS.json());
    OpenAiChatCodec codec = new OpenAiChatCodec(LIMITS);
    int accepted = 0;
    for (int i = 0; i < ROUNDS; i++) {
      byte[] body = mutated(base(json), json.random());
      boolean expected = reference.accepts(body);
      accepted += expected ? 1 : 0;
      assertThat(scans(body)).as(() -> new String(body, ISO_8859_1)).isEqualTo(expected);
      boolean chat = accepts(() -> codec.scan(body));
      assertThat(expected || !chat).as(() -> new String(body, ISO_8859_1)).isTrue();
    }
    assertThat(accepted).isBetween(ROUNDS / 20, ROUNDS * 19 / 20);
  }

  private static boolean scans(byte[] body) {
    return accepts(() -> {
      JsonTape tape = JsonScanner.scan(body, LIMITS.json());
      JsonTape wrapped = JsonScanner.scan(wrapped(tape.body()), new JsonLimits(1 << 21, 13, 900));
      CanonicalDigest.of(wrapped, TopLevel.of(wrapped, Set.of()), "x", Set.of(), new int[0], "");
    });
  }

  /**
   * Any document inside an object, whose digest finds duplicates and whose own names have one case
   * only.
   */
  private static byte[] wrapped(byte[] body) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes("{\"v\":".getBytes(UTF_8));
    out.writeBytes(body);
    out.write('}');
    return out.toByteArray();
  }

  private static boolean accepts(Runnable scan) {
    try {
      scan.run();
      return true;
    } catch (FailureException e) {
      return false;
    }
  }

  private static byte[] base(RandomJson json) {
    Map<String, Object> body = new HashMap<>();
    body.put("x", json.value(4) instanceof Object value ? value : "null");
    body.put("messages", List.of(Map.of("role", "user", "content", json.text(40))));
    body.put("stream", json.random().nextBoolean());
    return json.spelled(body).getBytes(UTF_8);
  }

  private static byte[] mutated(byte[] base, Random random) {
    byte[] body = base;
    for (int i = random.nextInt(3); i > 0; i--) {
      int at = random.nextInt(body.length + 1);
      int to = Math.min(body.length, at + random.nextInt(6));
      body =
          switch (random.nextInt(6)) {
            case 0 ->
                spliced(
                    body, at, at, TOKENS.get(random.nextInt(TOKENS.size())).getBytes(ISO_8859_1));
            case 1 ->
                spliced(
                    body, at, to, TOKENS.get(random.nextInt(TOKENS.size())).getBytes(ISO_8859_1));
            case 2 -> spliced(body, at, to, new byte[0]);
            case 3 ->
                spliced(
                    body,
                    at,
                    Math.min(at + 1, body.length),
                    new byte[] {(byte) random.nextInt(256)});
            case 4 -> spliced(body, at, at, Arrays.copyOfRange(body, Math.max(0, at - 9), at));
            default -> random.nextInt(4) == 0 ? Arrays.copyOf(body, at) : body;
          };
    }
    return body;
  }

  private static byte[] spliced(byte[] body, int from, int to, byte[] piece) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(body, 0, from);
    out.writeBytes(piece);
    out.write(body, to, body.length - to);
    return out.toByteArray();
  }
}
