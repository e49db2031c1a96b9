package dev.fairlead.tools.cost;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.server.Server;
import dev.fairlead.catalog.TokenUsage;
import dev.fairlead.common.config.ConfigSource;
import dev.fairlead.gateway.ledger.JdbcLedger;
import dev.fairlead.gateway.ledger.Ledger;
import dev.fairlead.gateway.ledger.LedgerConfig;
import dev.fairlead.gateway.ledger.LedgerRow;
import dev.fairlead.gateway.ledger.RunningLedger;
import dev.fairlead.gateway.ledger.UsageJson;
import dev.fairlead.gateway.ledger.UsageQuery;
import dev.fairlead.tools.Fairlead;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class CostCommandTest {

  private static final Instant DAY = Instant.parse("2026-11-18T10:00:00Z");

  @TempDir private Path dataDir;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @BeforeEach
  void fill() {
    try (Ledger ledger = open()) {
      ledger.write(
          List.of(
              ended(row(DAY, "gpt-4o", "=cmd()", 1_500_000_000L, 0, 2_500_000_000L), 1, "missed"),
              ended(
                  row(DAY, "gpt-4o-mini", "blue", 250_000_000L, 1_000_000_000L, 150_000_000L),
                  0.75,
                  "met"),
              row(DAY.plusSeconds(86_400), "gpt-4o-mini", "", 1, 2, 120_000_000L)));
    }
  }

  private Ledger open() {
    return JdbcLedger.open(
        ConfigSource.parse("test", "", Map.of()).section("ledger", LedgerConfig.class), dataDir);
  }

  private static LedgerRow row(
      Instant at, String model, String tag, long cost, long saved, long price) {
    return new LedgerRow(
        UUID.randomUUID().toString(),
        "request",
        at,
        new LedgerRow.Payer("acme", "search", "key-1"),
        tag.isEmpty() ? List.of() : List.of(tag),
        new LedgerRow.Route(
            "auto",
            model,
            "complexity",
            "low_complexity",
            "cheap",
            "text_short",
            OptionalDouble.empty(),
            "miss",
            OptionalDouble.empty()),
        new LedgerRow.Bill(
            TokenUsage.of(100, 20),
            "reported",
            cost,
            List.of(),
            cost + saved,
            saved,
            OptionalLong.of(price),
            OptionalLong.of(4 * price)),
        new LedgerRow.Timing(5000, OptionalLong.empty(), 1),
        new LedgerRow.Outcome("success", ""),
        "",
        null);
  }

  private static LedgerRow ended(LedgerRow row, double quality, String level) {
    return new LedgerRow(
        row.rowId(),
        row.requestId(),
        row.at(),
        row.payer(),
        row.tags(),
        row.route(),
        row.bill(),
        row.timing(),
        new LedgerRow.Outcome("success", "", OptionalDouble.of(quality), level),
        row.traceId(),
        row.prompt());
  }

  private int run(String... arguments) {
    CommandLine command = Fairlead.commandLine();
    command.setOut(new PrintWriter(out));
    command.setErr(new PrintWriter(err, true));
    return command.execute(arguments);
  }

  private int cost(String... more) {
    String[] all = new String[more.length + 7];
    System.arraycopy(
        new String[] {
          "cost", "--data-dir", dataDir.toString(), "--from", "2026-11-18", "--to", "2026-11-21"
        },
        0,
        all,
        0,
        7);
    System.arraycopy(more, 0, all, 7, more.length);
    return run(all);
  }

  @Test
  void table_showsTotalsSavingsAndPriceChanges() {
    assertThat(cost()).as(err.toString()).isZero();
    assertThat(out.toString().lines().map(line -> line.replaceAll(" +", " ")))
        .contains(
            "MODEL REQUESTS ERRORS CACHE IN OUT COST USD SAVED USD BY CACHE QUALITY IN LIMITS",
            "gpt-4o 1 0 0 100 20 1.500000 0.000000 0.000000 100.0 % 0.0 %",
            "total 3 0 0 300 60 1.750000 1.000000 0.000000 87.5 % 50.0 %",
            "saved 36.4 % of what the baseline would have cost",
            "price of gpt-4o-mini changed on 2026-11-19 to 0.12 in, 0.48 out (USD per million"
                + " tokens)");
  }

  @Test
  void json_hasEveryDigit() throws Exception {
    assertThat(cost("--json", "--by", "day")).isZero();
    var report = new ObjectMapper().readTree(out.toString());
    assertThat(report.at("/lines/0/name").asText()).isEqualTo("2026-11-18");
    assertThat(report.at("/total/cost_usd").decimalValue()).isEqualByComparingTo("1.750000001");
    assertThat(report.at("/lines/0/quality_retention").asDouble()).isEqualTo(0.875);
    assertThat(report.at("/lines/0/sla_compliance").asDouble()).isEqualTo(0.5);
    assertThat(report.at("/lines/1/quality_retention").isNull()).isTrue();
  }

  @Test
  void rowsThatAGatewayLeftInItsJournal_count() throws Exception {
    leaveInJournal(row(DAY, "late", "", 1_000_000_000L, 0, 1));
    assertThat(cost()).as(err.toString()).isZero();
    assertThat(out.toString().lines().map(line -> line.replaceAll(" +", " ")))
        .contains("late 1 0 0 100 20 1.000000 0.000000 0.000000 - -");
    assertThat(cost("--json")).as(err.toString()).isZero();
    assertThat(out.toString()).contains("\"requests\" : 4");
  }

  /** As a gateway does whose database is away. */
  private void leaveInJournal(LedgerRow row) {
    LedgerConfig config =
        ConfigSource.parse(
                "test",
                "ledger: {url: 'jdbc:postgresql://127.0.0.1:1/none', drain_timeout: 1ms}",
                Map.of())
            .section("ledger", LedgerConfig.class);
    try (ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
        RunningLedger running =
            RunningLedger.start(
                config,
                dataDir,
                new SimpleMeterRegistry(),
                timer,
                InstantSource.system(),
                opened -> {})) {
      running.sink().offer(row);
    }
  }

  @Test
  void csv_holdsNoFormulas() {
    assertThat(cost("--csv", "--by", "tag")).isZero();
    assertThat(out.toString().lines())
        .anyMatch(line -> line.startsWith("'=cmd(),1,"))
        .anyMatch(line -> line.startsWith("blue,1,"))
        .noneMatch(line -> line.startsWith("="));
  }

  @Test
  void csv_tellsQualityAndServiceLevel_andNothingWhereNothingIsKnown() {
    assertThat(cost("--csv", "--by", "day")).isZero();
    assertThat(out.toString().lines())
        .hasSize(3)
        .anyMatch(line -> line.startsWith("day,") && line.endsWith(",quality_retention,sla_compliance"))
        .anyMatch(line -> line.startsWith("2026-11-18,2,") && line.endsWith(",0.875,0.5"))
        .anyMatch(line -> line.startsWith("2026-11-19,1,") && line.endsWith(",0,,"));
  }

  @Test
  void wrongOptions_areRefused() {
    assertThat(cost("--by", "colour")).isEqualTo(2);
    assertThat(err.toString()).contains("--by: colour (expected: model, key");
    assertThat(run("cost", "--period", "soon")).isEqualTo(2);
    assertThat(run("cost", "--data-dir", dataDir.resolve("none").toString())).isEqualTo(1);
    assertThat(err.toString()).contains("no ledger in");
  }

  @Test
  void gateway_isAskedWithTheAdminToken() throws Exception {
    AtomicReference<String> asked = new AtomicReference<>("");
    String report;
    try (Ledger ledger = open()) {
      report =
          UsageJson.of(
                  ledger.report(
                      new UsageQuery(
                          DAY.minusSeconds(60), DAY.plusSeconds(60), UsageQuery.By.TEAM, null)))
              .put("not_imported", 12)
              .toString();
    }
    Server server =
        Server.builder()
            .http(0)
            .service(
                "/v1/admin/usage",
                (context, request) -> {
                  asked.set(context.query() + " " + request.headers().get("authorization"));
                  return "Bearer secret".equals(request.headers().get("authorization"))
                      ? HttpResponse.of(HttpStatus.OK, MediaType.JSON, report)
                      : HttpResponse.of(401);
                })
            .build();
    server.start().join();
    try {
      String url = "http://127.0.0.1:" + server.activeLocalPort() + "/";
      assertThat(
              run(
                  "cost",
                  "--url",
                  url,
                  "--admin-token",
                  "secret",
                  "--by",
                  "team",
                  "--tenant",
                  "a b"))
          .as(err.toString())
          .isZero();
      assertThat(asked.get()).contains("by=team", "tenant=a+b", "Bearer secret");
      assertThat(out.toString()).contains("search");
      assertThat(err.toString()).contains("12 requests are still in the gateway's journal");
      assertThat(run("cost", "--url", url, "--admin-token", "wrong")).isEqualTo(1);
      assertThat(err.toString()).contains("refuses the admin token").doesNotContain("wrong");
    } finally {
      server.stop().join();
    }
  }

  private int reconcile(String export, String... more) throws Exception {
    Path file = Files.writeString(dataDir.resolve("export"), export);
    String[] all = new String[more.length + 4];
    System.arraycopy(
        new String[] {"reconcile", file.toString(), "--data-dir", dataDir.toString()},
        0,
        all,
        0,
        4);
    System.arraycopy(more, 0, all, 4, more.length);
    return run(all);
  }

  private static String result(String item, String usd) {
    return "{\"object\":\"organization.costs.result\",\"amount\":{\"value\":"
        + usd
        + ",\"currency\":\"usd\"},\"line_item\":\""
        + item
        + "\"}";
  }

  @Test
  void reconcile_showsNoDrift_whenTheBillAgrees() throws Exception {
    String export =
        "{\"object\":\"page\",\"data\":[{\"object\":\"bucket\",\"start_time\":1794960000,\"results\":["
            + result("gpt-4o-2024-08-06, input", "1.2")
            + ","
            + result("gpt-4o-2024-08-06, output", "0.3")
            + ","
            + result("GPT-4o mini, input", "0.25")
            + "]}],\"has_more\":false}";
    assertThat(reconcile(export)).as(err + "" + out).isZero();
    assertThat(out.toString().lines().map(line -> line.replaceAll(" +", " ")))
        .contains(
            "2026-11-18 gpt-4o 1.500000 1.500000 0.000000 0.00",
            "total total 1.750000 1.750000 0.000000 0.00");
  }

  @Test
  void reconcile_showsTheDrift_byDayAndModel() throws Exception {
    String export =
        "start_time_iso,amount_value,amount_currency,line_item\n"
            + "2026-11-18T00:00:00+00:00,1.8,usd,\"gpt-4o-2024-08-06, input\"\n"
            + "2026-11-18T00:00:00+00:00,0.25,usd,\"small, input\"\n";
    assertThat(reconcile(export, "--model", "small=gpt-4o-mini")).isEqualTo(1);
    assertThat(out.toString().lines().map(line -> line.replaceAll(" +", " ")))
        .contains(
            "2026-11-18 gpt-4o 1.800000 1.500000 0.300000 16.67",
            "2026-11-18 gpt-4o-mini 0.250000 0.250000 0.000000 0.00");
    assertThat(reconcile(export, "--model", "small=gpt-4o-mini", "--tolerance", "20")).isZero();
  }

  @Test
  void reconcile_refusesWhatIsNoExport() throws Exception {
    assertThat(reconcile("{\"data\":[]}")).isEqualTo(2);
    assertThat(reconcile("a,b\n1,2\n")).isEqualTo(2);
    assertThat(reconcile("{\"data\":[], \"has_more\":true}")).isEqualTo(2);
    assertThat(reconcile("{nonsense")).isEqualTo(2);
    assertThat(err.toString()).contains("no costs in it", "no column", "next_page", "OpenAI's");
  }
}
