package dev.fairlead.gateway.ledger;

import static dev.fairlead.gateway.ledger.LedgerRows.NOON;
import static dev.fairlead.gateway.ledger.LedgerRows.row;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.gateway.journal.Chunk;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every ledger must do. */
abstract class LedgerContract {

  private static final Instant START = NOON.minus(Duration.ofDays(60));
  private static final Instant END = NOON.plus(Duration.ofDays(1));
  private static final LocalDate NEVER = LocalDate.EPOCH;

  Ledger ledger;

  /** Opens the database of the running test; the second time it is the same one. */
  abstract Ledger open();

  @BeforeEach
  void openLedger() {
    ledger = open();
  }

  @AfterEach
  void closeLedger() {
    ledger.close();
  }

  private UsageReport report(UsageQuery.By by) {
    return report(by, null);
  }

  private UsageReport report(UsageQuery.By by, @Nullable String tenant) {
    return ledger.report(new UsageQuery(START, END, by, tenant));
  }

  @Test
  void rows_addUp_byEverything() {
    ledger.write(
        List.of(
            row().cost(1000).saved(500).tags("a", "b").build(),
            row().cost(0).saved(1500).cache("hit").tags("b").build(),
            row().cost(70).saved(0).status("error").model("large").payer("acme", "", "").build(),
            row().cost(30).saved(-10).status("cancelled").payer("other", "", "key-2").build()));
    for (UsageQuery.By by : UsageQuery.By.values()) {
      UsageReport.Line total = report(by).total();
      assertThat(total.requests()).as(by.label()).isEqualTo(4);
      assertThat(total.costNanoUsd()).as(by.label()).isEqualTo(1100);
      assertThat(total.savedNanoUsd()).isEqualTo(1990);
      assertThat(total.cacheSavedNanoUsd()).isEqualTo(1500);
      assertThat(total.baselineNanoUsd()).isEqualTo(3090);
      assertThat(total.errors()).isEqualTo(1);
      assertThat(total.cancelled()).isEqualTo(1);
      assertThat(total.cacheAnswers()).isEqualTo(1);
      assertThat(total.promptTokens()).isEqualTo(400);
    }
    assertThat(names(report(UsageQuery.By.MODEL))).containsExactly("small", "large");
    assertThat(names(report(UsageQuery.By.KEY))).containsExactly("key-1", "", "key-2");
    assertThat(names(report(UsageQuery.By.TAG))).containsExactly("a", "b", "");
    assertThat(names(report(UsageQuery.By.TENANT))).containsExactly("acme", "other");
    assertThat(report(UsageQuery.By.MODEL, "other").total().costNanoUsd()).isEqualTo(30);
  }

  @Test
  void worth_isTheMeanQuality_andTheShareInsideTheLimits() {
    assertThat(report(UsageQuery.By.DAY).total().worth().qualityRetention()).isEmpty();
    ledger.write(
        List.of(
            row().worth(1, "met").build(),
            row().worth(0.5, "missed").build(),
            row().worth(0.75, "met").build(),
            row().status("cancelled").build()));
    for (UsageQuery.By by : UsageQuery.By.values()) {
      UsageReport.Worth worth = report(by).total().worth();
      assertThat(worth.qualityRetention()).hasValue(0.75);
      assertThat(worth.slaCompliance()).hasValue(2.0 / 3);
    }
  }

  private static List<String> names(UsageReport report) {
    return report.lines().stream().map(UsageReport.Line::name).toList();
  }

  @Test
  void row_isThereOnce_whenItIsWrittenTwice() {
    LedgerRow first = row().failedTry("large", 7).build();
    LedgerRow second = row().build();
    ledger.write(List.of(first));
    ledger.write(List.of(first, second));
    ledger.write(List.of(second, first));
    assertThat(report(UsageQuery.By.DAY).total().requests()).isEqualTo(2);
    assertThat(report(UsageQuery.By.MODEL).total().costNanoUsd()).isEqualTo(2007);
  }

  @Test
  void spending_isOfOneOwner_alsoWhenRowsAreTotals() {
    LocalDate today = LocalDate.ofInstant(NOON, ZoneOffset.UTC);
    ledger.write(
        List.of(
            row().cost(1).failedTry("large", 2).build(),
            row().cost(10).at(NOON.minus(Duration.ofDays(1))).build(),
            row().cost(100).failedTry("large", 200).at(NOON.minus(Duration.ofDays(20))).build(),
            row().cost(1000).payer("acme", "search", "key-2").build(),
            row().cost(10_000).payer("acme", "", "key-3").build(),
            row().cost(100_000).payer("other", "search", "key-1").build()));
    for (int round = 0; round < 2; round++) {
      assertThat(ledger.spent(new SpendQuery("acme", UsageQuery.By.KEY, "key-1", today)))
          .isEqualTo(new SpendSums(3, 13, 313));
      assertThat(ledger.spent(new SpendQuery("acme", UsageQuery.By.TEAM, "search", today)))
          .isEqualTo(new SpendSums(1003, 1013, 1313));
      assertThat(ledger.spent(new SpendQuery("acme", UsageQuery.By.TENANT, "acme", today)))
          .isEqualTo(new SpendSums(11_003, 11_013, 11_313));
      assertThat(ledger.spent(new SpendQuery("nobody", UsageQuery.By.TENANT, "", today)))
          .isEqualTo(SpendSums.NOTHING);
      int moved = ledger.rollUp(today, NEVER);
      assertThat(moved).isEqualTo(round == 0 ? 2 : 0);
    }
  }

  @Test
  void place_isWhereTheLastRowsWere_ofEachJournal() {
    Chunk.Position first = new Chunk.Position(0, 100, 3);
    Chunk.Position second = new Chunk.Position(7, 8, 9);
    assertThat(ledger.place("one")).isEmpty();
    ledger.write(List.of(row().build()), new JournalPlace("one", first));
    ledger.write(List.of(), new JournalPlace("two", first));
    ledger.write(List.of(row().build()), new JournalPlace("two", second));
    assertThat(ledger.place("one")).hasValue(first);
    assertThat(ledger.place("two")).hasValue(second);
    assertThat(report(UsageQuery.By.DAY).total().requests()).isEqualTo(2);
  }

  @Test
  void rowsOfOneRequestId_allCount_becauseClientsChooseIt() {
    ledger.write(List.of(row().requestId("same").build(), row().requestId("same").build()));
    assertThat(report(UsageQuery.By.DAY).total().requests()).isEqualTo(2);
  }

  @Test
  void earlierTries_countForTheModelThatWasTried() {
    ledger.write(List.of(row().cost(1000).failedTry("large", 300).build()));
    UsageReport byModel = report(UsageQuery.By.MODEL);
    assertThat(byModel.lines())
        .extracting(UsageReport.Line::name, UsageReport.Line::costNanoUsd)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple("small", 1000L),
            org.assertj.core.groups.Tuple.tuple("large", 300L));
    assertThat(byModel.total().costNanoUsd()).isEqualTo(1300);
    assertThat(report(UsageQuery.By.TEAM).total().costNanoUsd()).isEqualTo(1300);
  }

  @Test
  void hostileTexts_areOnlyTexts() {
    String hostile = "x'; drop table ledger_row; --\u0000\r\n\uD83D\uDE00\u2028\"\\";
    ledger.write(
        List.of(
            row()
                .requestId(hostile)
                .modelAsked("m".repeat(10_000))
                .payer(hostile, "t".repeat(999), hostile)
                .tags(hostile, "a,b", "  ", "\uD83D\uDE00".repeat(150))
                .build()));
    assertThat(report(UsageQuery.By.TENANT).total().requests()).isEqualTo(1);
    assertThat(report(UsageQuery.By.TAG).lines()).hasSize(3);
    assertThat(report(UsageQuery.By.MODEL, hostile.replace('\0', ' ')).total().requests())
        .isEqualTo(1);
  }

  @Test
  void reports_endBeforeTheirEnd() {
    Instant midnight = Instant.parse("2026-11-20T00:00:00Z");
    ledger.write(
        List.of(
            row().at(midnight.minusNanos(1000)).build(),
            row().at(midnight).build(),
            row().at(midnight.plusNanos(1000)).build()));
    assertThat(
            ledger
                .report(new UsageQuery(midnight, END, UsageQuery.By.DAY, null))
                .total()
                .requests())
        .isEqualTo(2);
    assertThat(
            ledger
                .report(new UsageQuery(START, midnight, UsageQuery.By.DAY, null))
                .total()
                .requests())
        .isEqualTo(1);
    assertThat(names(report(UsageQuery.By.DAY))).containsExactly("2026-11-19", "2026-11-20");
  }

  @Test
  void reports_stayTheSame_whenRowsBecomeTotals() {
    List<LedgerRow> rows = new ArrayList<>();
    for (int day = 0; day < 20; day++) {
      Instant at = NOON.minus(Duration.ofDays(day));
      rows.add(
          row().at(at).tags("a", "b").failedTry("large", 300 + day).worth(0.75, "met").build());
      rows.add(row().at(at).cache("semantic").cost(0).price(day < 10 ? 150 : 100).build());
      rows.add(row().at(at).status("cancelled").payer("other", "", "").build());
    }
    ledger.write(rows);
    List<UsageReport> before = all();
    int moved = ledger.rollUp(LocalDate.parse("2026-11-11"), NEVER);
    assertThat(moved).isEqualTo(30);
    assertThat(all()).isEqualTo(before);
    assertThat(ledger.rollUp(LocalDate.parse("2026-11-11"), NEVER)).isZero();
    assertThat(all()).isEqualTo(before);
    ledger.rollUp(LocalDate.parse("2026-11-11"), LocalDate.parse("2026-11-09"));
    assertThat(report(UsageQuery.By.DAY).lines()).hasSize(12);
  }

  private List<UsageReport> all() {
    List<UsageReport> reports = new ArrayList<>();
    for (UsageQuery.By by : UsageQuery.By.values()) {
      reports.add(report(by));
    }
    return reports;
  }

  @Test
  void everyRow_countsOnce_whenReplicasWriteAndRollUpTogether() throws Exception {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Callable<Integer>> tasks = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        Instant at = NOON.minus(Duration.ofDays(i));
        tasks.add(() -> {
          for (int batch = 0; batch < 5; batch++) {
            ledger.write(List.of(row().at(at).build(), row().at(at).build()));
          }
          return 0;
        });
        tasks.add(() -> {
          try {
            return ledger.rollUp(LocalDate.parse("2026-11-18"), NEVER);
          } catch (LedgerException e) {
            assertThat(e.isTransient()).isTrue();
            return 0;
          }
        });
      }
      for (Future<Integer> done : threads.invokeAll(tasks)) {
        done.get();
      }
    }
    assertThat(report(UsageQuery.By.MODEL).total().requests()).isEqualTo(80);
    assertThat(report(UsageQuery.By.MODEL).total().costNanoUsd()).isEqualTo(80_000);
  }

  @Test
  void priceChanges_areMarked() {
    ledger.write(
        List.of(
            row().at(NOON.minus(Duration.ofDays(3))).price(150).build(),
            row().at(NOON.minus(Duration.ofDays(2))).price(150).build(),
            row().at(NOON.minus(Duration.ofDays(1))).price(120).build(),
            row().model("large").build()));
    assertThat(report(UsageQuery.By.DAY).priceChanges())
        .containsExactly(
            new UsageReport.PriceChange(
                "small",
                LocalDate.ofInstant(NOON.minus(Duration.ofDays(1)), ZoneOffset.UTC),
                120,
                480));
  }

  @Test
  void outputLengths_areTheLatest() {
    List<LedgerRow> rows = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      rows.add(row().at(NOON.plusSeconds(i)).completionTokens(i).build());
      rows.add(row().at(NOON.plusSeconds(i)).model("large").completionTokens(100 + i).build());
    }
    rows.add(row().at(NOON.plusSeconds(60)).status("cancelled").completionTokens(3).build());
    rows.add(row().at(NOON.minusSeconds(1)).model("old").build());
    ledger.write(rows);
    assertThat(ledger.outputLengths(NOON, 3))
        .containsExactlyInAnyOrder(
            new Ledger.OutputLength("small", "text_short", 9),
            new Ledger.OutputLength("small", "text_short", 8),
            new Ledger.OutputLength("small", "text_short", 7),
            new Ledger.OutputLength("large", "text_short", 109),
            new Ledger.OutputLength("large", "text_short", 108),
            new Ledger.OutputLength("large", "text_short", 107));
  }

  @Test
  void rows_areThere_whenTheDatabaseIsOpenedAgain() {
    ledger.write(List.of(row().build()));
    ledger.close();
    ledger = open();
    assertThat(report(UsageQuery.By.MODEL).total().requests()).isEqualTo(1);
  }

  @Test
  void emptyLedger_hasAnEmptyReport() {
    assertThat(report(UsageQuery.By.MODEL).lines()).isEmpty();
    assertThat(report(UsageQuery.By.MODEL).total().requests()).isZero();
  }
}
