package dev.fairlead.gateway.ledger;

import static dev.fairlead.gateway.ledger.LedgerRows.row;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.catalog.TokenUsage;
import dev.fairlead.gateway.journal.Journal;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RowFormatTest {

  @TempDir private Path home;

  private List<LedgerRow> throughTheJournal(List<LedgerRow> rows) throws IOException {
    try (Journal<LedgerRow> journal = Journal.open(home, new RowFormat(), 1 << 20)) {
      assertThat(journal.append(rows)).isEqualTo(rows.size());
      return journal.next(100).records();
    }
  }

  @Test
  void rows_areTheSame_afterTheJournal() throws Exception {
    String hostile = "x'; --\r\n\uD83D\uDE00\u2028\"\\";
    List<LedgerRow> rows =
        List.of(
            row().build(),
            row().worth(0.5, "met").build(),
            row().tags("a", "b").failedTry("large", 7).status("error").build(),
            row().requestId(hostile).payer(hostile, "", hostile).tags(hostile).build(),
            full());
    assertThat(throughTheJournal(rows)).isEqualTo(rows);
  }

  @Test
  void rowsOfVersionOne_areRead_withoutQualityAndServiceLevel() throws Exception {
    try (InputStream written =
        RowFormatTest.class.getResourceAsStream("/journal/version1.journal")) {
      Files.copy(Objects.requireNonNull(written), home.resolve("0000000000000000.journal"));
    }
    try (Journal<LedgerRow> journal = Journal.open(home, new RowFormat(), 1 << 20)) {
      assertThat(journal.next(100).records())
          .singleElement()
          .satisfies(row -> {
            assertThat(row.requestId()).isEqualTo("req-1");
            assertThat(row.timing().firstTokenMicros()).hasValue(900);
            assertThat(row.outcome()).isEqualTo(new LedgerRow.Outcome("error", "timeout"));
            assertThat(row.prompt()).isEqualTo("a prompt");
          });
    }
  }

  private static LedgerRow full() {
    return new LedgerRow(
        "not a uuid",
        "",
        Instant.parse("1969-12-31T23:59:59.999999Z"),
        new LedgerRow.Payer("t", "", ""),
        List.of(),
        new LedgerRow.Route(
            "", "", "", "", "", "", OptionalDouble.empty(), "", OptionalDouble.of(0.1)),
        new LedgerRow.Bill(
            new TokenUsage(10, 2, 3, 4, 1, true),
            "estimated",
            Long.MAX_VALUE,
            List.of(
                new LedgerRow.Try(1, "a", "b", "c", new TokenUsage(9, 8, 1, 7, 6, true), 5),
                new LedgerRow.Try(2, "d", "e", "f", TokenUsage.of(0, 0), Long.MIN_VALUE)),
            -1,
            Long.MIN_VALUE,
            OptionalLong.empty(),
            OptionalLong.of(0)),
        new LedgerRow.Timing(Long.MAX_VALUE, OptionalLong.empty(), Integer.MAX_VALUE),
        new LedgerRow.Outcome("success", "", OptionalDouble.of(0.7), "missed"),
        "",
        "a prompt\u0001 \u00E9");
  }
}
