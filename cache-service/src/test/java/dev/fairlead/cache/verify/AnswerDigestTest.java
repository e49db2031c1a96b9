package dev.fairlead.cache.verify;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AnswerDigestTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Paris. | paris | true",
        "The  capital is Paris! | the capital is paris | true",
        "Don't. | Do not | true",
        "Paris | London | false",
        "1,000 | 1000 | true",
        "1000 | 1001 | false",
        "a bc | ab c | false"
      })
  void digests_agree_whenTheWordsDo(String a, String b, boolean same) {
    assertThat(AnswerDigest.of(a) == AnswerDigest.of(b)).isEqualTo(same);
    assertThat(new OverlapJudge().same(a, b).join()).isEqualTo(same);
  }

  @Test
  void digest_isNone_withoutAWord() {
    assertThat(AnswerDigest.of("")).isEqualTo(AnswerDigest.NONE);
    assertThat(AnswerDigest.of(" ... ")).isEqualTo(AnswerDigest.NONE);
  }
}
