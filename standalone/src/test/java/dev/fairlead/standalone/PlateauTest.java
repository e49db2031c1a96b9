package dev.fairlead.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PlateauTest {

  private final Plateau plateau = new Plateau();

  @Test
  void rate_isFollowed_whileItRises() {
    assertThat(IntStream.of(10, 20, 40, 35, 80, 160, 150, 300).anyMatch(plateau::reachedWith))
        .isFalse();
  }

  @Test
  void plateau_isReached_whenAFewCountsAreNotClearlyAboveTheBest() {
    assertThat(IntStream.of(10, 100, 90, 105, 109).anyMatch(plateau::reachedWith)).isFalse();
    assertThat(plateau.reachedWith(108)).isTrue();
    assertThat(plateau.perSecond(Duration.ofMillis(500))).isEqualTo(216);
  }

  @Test
  void nothing_isNoPlateau_whenItIsCountedBeforeTheFirstAnswer() {
    assertThat(IntStream.range(0, 20).map(i -> 0).anyMatch(plateau::reachedWith)).isFalse();
  }
}
