package dev.fairlead.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RequestIdsTest {

  @ParameterizedTest
  @ValueSource(strings = {"a", "req_1-2:3.4", "018f3a9e-7c1b-7d7e-9a55-0242ac120002"})
  void id_isKept_whenValid(String id) {
    assertThat(RequestIds.validOrFresh(id)).isEqualTo(id);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "a b", "a\nINFO forged", "id\u00e9", "<script>", "a/b", "a,b"})
  void id_isReplaced_whenItHoldsAnythingElse(String id) {
    assertThat(RequestIds.validOrFresh(id)).isNotEqualTo(id).matches("req-[0-9a-f]{32}");
  }

  @Test
  void id_isReplaced_whenLongerThan128() {
    assertThat(RequestIds.valid("x".repeat(128))).isTrue();
    assertThat(RequestIds.valid("x".repeat(129))).isFalse();
    assertThat(RequestIds.validOrFresh("x".repeat(129))).hasSize(36);
  }

  @Test
  void id_isFresh_whenNoneWasGiven() {
    assertThat(RequestIds.validOrFresh(null)).isNotEqualTo(RequestIds.validOrFresh(null));
    assertThat(RequestIds.valid(RequestIds.fresh())).isTrue();
  }
}
