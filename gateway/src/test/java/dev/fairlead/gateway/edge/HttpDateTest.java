package dev.fairlead.gateway.edge;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HttpDateTest {

  @Test
  void date_isTheExampleOfRfc9110() {
    assertThat(HttpDate.at(784_111_777)).isEqualTo("Sun, 06 Nov 1994 08:49:37 GMT");
  }

  @Test
  void date_hasTwoDigitsForTheDay_andFollowsTheSecond() {
    assertThat(HttpDate.at(1_785_542_400)).isEqualTo("Sat, 01 Aug 2026 00:00:00 GMT");
    assertThat(HttpDate.at(1_785_542_401)).isEqualTo("Sat, 01 Aug 2026 00:00:01 GMT");
    assertThat(HttpDate.at(1_785_542_400)).isEqualTo("Sat, 01 Aug 2026 00:00:00 GMT");
  }
}
