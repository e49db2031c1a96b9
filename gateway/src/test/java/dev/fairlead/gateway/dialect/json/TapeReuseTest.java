package dev.fairlead.gateway.dialect.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;

/** A tape that is written on what another one has left says nothing of it. */
class TapeReuseTest {

  private static final JsonLimits LIMITS = new JsonLimits(1 << 22, 64, 256);

  private static JsonTape scan(String text) {
    return JsonScanner.scan(text.getBytes(UTF_8), LIMITS);
  }

  @Test
  void document_isReadAlike_onMemoryOfAnother() throws Exception {
    ObjectMapper mapper = new ObjectMapper();
    RandomJson random = new RandomJson(17);
    for (int i = 0; i < 2_000; i++) {
      String text = random.spelled(random.object(4));
      JsonTape tape = scan(text);
      JsonScannerTest.same(tape, 0, mapper.readTree(text));
      tape.release();
    }
  }

  @Test
  void document_isItsOwn_untilItIsReleased() {
    JsonTape first = scan("{\"a\":[1,2,3]}");
    JsonTape second = scan("{\"bb\":\"x\"}");
    assertThat(first.count(first.member(0, "a"))).isEqualTo(3);
    second.release();
    JsonTape third = scan("[true]");
    assertThat(third.count(0)).isEqualTo(1);
    assertThat(first.count(first.member(0, "a"))).isEqualTo(3);
  }

  @Test
  void released_saysNothing_howeverOften() {
    JsonTape tape = scan("{\"a\":1}");
    tape.release();
    tape.release();
    assertThat(tape.size()).isZero();
    assertThatThrownBy(() -> tape.kind(0)).isInstanceOf(IndexOutOfBoundsException.class);
    JsonTape one = scan("{\"a\":1}");
    JsonTape other = scan("[2]");
    assertThat(one.kind(0)).isEqualTo(JsonTape.Kind.OBJECT);
    assertThat(other.kind(0)).isEqualTo(JsonTape.Kind.ARRAY);
  }
}
