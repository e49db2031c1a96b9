package dev.fairlead.gateway.quality;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QualityBookTest {

  private static final Instant NOW = Instant.parse("2026-11-01T00:00:00Z");
  private static final Instant LATER = NOW.plus(QualityEstimates.HALF_LIFE);

  private static QualityBook book(String tenant, double quality, Instant when) {
    return QualityBook.EMPTY.plus(tenant, "small", 0.3, quality, when);
  }

  @Test
  void sum_countsWhatIsOlderLess_inEitherOrder() {
    QualityBook old = book("acme", 1, NOW);
    QualityBook young = book("acme", 0, LATER);
    for (QualityBook sum : new QualityBook[] {old.plus(young, LATER), young.plus(old, LATER)}) {
      Seen seen = sum.of("acme", "small", 0.35, LATER);
      assertThat(seen.count()).isCloseTo(1.5, within(1e-3));
      assertThat(seen.sum()).isCloseTo(0.5, within(1e-3));
      assertThat(sum.everywhere("small", 0.3, LATER)).isEqualTo(seen);
      assertThat(sum.of("acme", "small", 0.9, LATER)).isEqualTo(Seen.NOTHING);
      assertThat(sum.of("other", "small", 0.3, LATER)).isEqualTo(Seen.NOTHING);
    }
  }

  @Test
  void observations_ofOneBook_countByTheirOwnAge() {
    QualityBook book = book("acme", 1, NOW);
    for (int i = 1; i <= 40; i++) {
      book =
          book.plus(
              "acme",
              "small",
              0.3,
              1,
              NOW.plus(QualityEstimates.HALF_LIFE.dividedBy(2).multipliedBy(i)));
    }
    // A geometric series: each is worth the square root of a half of the next.
    Instant end = NOW.plus(QualityEstimates.HALF_LIFE.multipliedBy(20));
    assertThat(book.of("acme", "small", 0.3, end).count()).isCloseTo(3.414, within(1e-2));
  }

  @Test
  void tenant_goes_whoseEvidenceIsOldest_whenThereAreTooMany() {
    QualityBook book = QualityBook.EMPTY;
    for (int i = 0; i < QualityBook.MOST_TENANTS; i++) {
      book = book.plus("tenant " + i, "small", 0.3, 1, NOW.plusSeconds(i));
    }
    Instant end = NOW.plusSeconds(QualityBook.MOST_TENANTS);
    book = book.plus("tenant 0", "small", 0.3, 1, end);
    book = book.plus(book("new", 1, end), end);

    assertThat(book.tenants())
        .hasSize(QualityBook.MOST_TENANTS)
        .containsKeys("tenant 0", "new")
        .doesNotContainKey("tenant 1");
    assertThat(book.everywhere("small", 0.3, end).count())
        .isCloseTo(QualityBook.MOST_TENANTS + 2, within(0.5));
  }

  @Test
  void model_goes_withTheLeastEvidence_whenThereAreTooMany() {
    QualityBook book = book("acme", 1, NOW).plus("acme", "small", 0.3, 1, NOW);
    for (int i = 0; i < 2 * QualityPage.MOST_MODELS; i++) {
      book = book.plus("acme", "model " + i, 0.3, 1, NOW);
    }
    assertThat(book.everywhere().models()).hasSize(QualityPage.MOST_MODELS).containsKey("small");
  }

  @Test
  void evidence_thatHardlyCounts_isNotKept() {
    Instant years = NOW.plus(QualityEstimates.HALF_LIFE.multipliedBy(50));
    assertThat(book("acme", 1, NOW).at(years))
        .isEqualTo(new QualityBook(years, new QualityPage(NOW, Map.of()), Map.of()));
  }

  @Test
  void bookOfTheFuture_countsAsIfItWereOfNow() {
    Instant wrong = NOW.plus(QualityEstimates.HALF_LIFE.multipliedBy(300));
    QualityBook sum = book("acme", 0, wrong).plus(book("acme", 1, NOW), NOW);
    assertThat(sum.at()).isEqualTo(NOW);
    assertThat(sum.tenants().get("acme")).extracting(QualityPage::newest).isEqualTo(NOW);
    assertThat(sum.of("acme", "small", 0.3, NOW)).isEqualTo(new Seen(2, 1));
  }

  @ParameterizedTest
  @CsvSource({"NaN,0", "1,NaN", "-1,-1", "1,2", "Infinity,0"})
  void evidence_thatCannotBe_isRefused(double count, double sum) {
    assertThatThrownBy(() -> new Seen(count, sum)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void fifth_thatIsNone_isRefused() {
    Map<Integer, Seen> fifths = new HashMap<>(Map.of(5, new Seen(1, 1)));
    assertThatThrownBy(() -> new QualityPage(NOW, Map.of("small", fifths)))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
