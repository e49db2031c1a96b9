package dev.fairlead.gateway.ledger;

import static dev.fairlead.gateway.ledger.LedgerRows.NOON;
import static dev.fairlead.gateway.ledger.LedgerRows.row;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.LocalDate;
import java.util.List;
import org.junit.jupiter.api.Test;

class UnimportedSpendingTest {

  private static final LocalDate TODAY = LocalDate.parse("2026-11-20");
  private static final Duration SECOND = Duration.ofSeconds(1);

  private final List<LedgerRow> rows =
      List.of(
          row().cost(1).build(),
          row().cost(10).at(NOON.minus(Duration.ofDays(1))).build(),
          row().cost(100).at(NOON.minus(Duration.ofDays(20))).build(),
          row().cost(1000).payer("acme", "search", "key-2").build(),
          row().cost(10_000).payer("acme", "", "key-3").build(),
          row().cost(100_000).payer("other", "search", "key-1").build(),
          row().cost(0).payer("free", "", "").build());

  private static SpendSums of(
      UnimportedSpending spending, UsageQuery.By by, String name, SpendSums database) {
    return spending
        .with(new SpendQuery("acme", by, name, TODAY), () -> database, SECOND)
        .orElseThrow();
  }

  private static UnimportedSpending complete() {
    UnimportedSpending spending = new UnimportedSpending();
    spending.inherit(new UnimportedSpending());
    return spending;
  }

  @Test
  void spending_isOfTheOwnerAndThePeriod_aboveWhatTheDatabaseHas() {
    UnimportedSpending spending = complete();
    spending.left(rows);
    assertThat(of(spending, UsageQuery.By.KEY, "key-1", SpendSums.NOTHING))
        .isEqualTo(new SpendSums(1, 11, 111));
    assertThat(of(spending, UsageQuery.By.TEAM, "search", new SpendSums(2, 3, 4)))
        .isEqualTo(new SpendSums(1003, 1014, 1115));
    assertThat(of(spending, UsageQuery.By.TENANT, "", SpendSums.NOTHING))
        .isEqualTo(new SpendSums(11_001, 11_011, 11_111));
  }

  @Test
  void nothingIsKept_ofRowsThatArrived() {
    UnimportedSpending spending = complete();
    spending.left(rows);
    assertThat(spending.payers()).isEqualTo(4);
    assertThat(spending.arrive(rows, () -> false)).isFalse();
    assertThat(spending.payers()).isEqualTo(4);
    assertThat(spending.arrive(rows, () -> true)).isTrue();
    assertThat(spending.payers()).isZero();
    assertThat(of(spending, UsageQuery.By.TENANT, "", new SpendSums(5, 6, 7)))
        .isEqualTo(new SpendSums(5, 6, 7));
  }

  @Test
  void nothingIsTold_beforeWhatAnEarlierProcessLeftIsKnown() {
    UnimportedSpending spending = new UnimportedSpending();
    spending.left(rows.subList(0, 1));
    SpendQuery query = new SpendQuery("acme", UsageQuery.By.KEY, "key-1", TODAY);
    assertThat(spending.with(query, () -> SpendSums.NOTHING, SECOND)).isEmpty();
    UnimportedSpending found = new UnimportedSpending();
    found.left(rows.subList(1, 2));
    spending.inherit(found);
    assertThat(spending.with(query, () -> SpendSums.NOTHING, SECOND))
        .hasValue(new SpendSums(1, 11, 11));
  }
}
