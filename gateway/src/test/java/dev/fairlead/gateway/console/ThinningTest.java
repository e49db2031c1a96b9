package dev.fairlead.gateway.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ThinningTest {

  @Test
  void all_areKept_whenFewCome() {
    Thinning thinning = new Thinning(100);

    assertThat(kept(thinning, 5_000, 100)).isEqualTo(100);
    assertThat(kept(thinning, 6_000, 100)).isEqualTo(100);
  }

  @Test
  void aSample_isKept_whenManyCome() {
    Thinning thinning = new Thinning(100);

    assertThat(kept(thinning, 5_000, 20_000))
        .as("nobody knew how many would come")
        .isBetween(100, 700);
    assertThat(kept(thinning, 6_000, 20_000)).isBetween(90, 110);
  }

  @Test
  void sample_isSpreadOverTheSecond() {
    Thinning thinning = new Thinning(100);
    kept(thinning, 5_000, 20_000);

    List<Integer> quarters =
        IntStream.range(0, 4)
            .map(quarter -> kept(thinning, 6_000 + quarter * 250, 5_000))
            .boxed()
            .toList();

    assertThat(quarters).allMatch(count -> count >= 20 && count <= 30);
  }

  @Test
  void all_areKeptAgain_afterAPause() {
    Thinning thinning = new Thinning(100);
    kept(thinning, 5_000, 20_000);

    assertThat(kept(thinning, 8_000, 50)).isEqualTo(50);
  }

  private static int kept(Thinning thinning, long millis, int offered) {
    return (int) IntStream.range(0, offered).filter(i -> thinning.keeps(millis)).count();
  }
}
