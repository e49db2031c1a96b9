package dev.fairlead.tools.cost;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.fairlead.gateway.ledger.UsageQuery;
import java.io.PrintWriter;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Compares the ledger with what a vendor has billed. */
@Command(
    name = "reconcile",
    description = "Compares the ledger with OpenAI's export of costs, by day and model.",
    mixinStandardHelpOptions = true)
public final class ReconcileCommand implements Callable<Integer> {

  @Mixin private UsageSource source = new UsageSource();

  @Parameters(paramLabel = "FILE", description = "OpenAI's organization costs, JSON or CSV.")
  private Path file;

  @Option(
      names = "--model",
      paramLabel = "THEIRS=OURS",
      description = "What the catalogue calls a model of the export; repeatable.")
  private Map<String, String> renamed = Map.of();

  @Option(
      names = "--tolerance",
      paramLabel = "PERCENT",
      defaultValue = "1",
      description = "Largest drift of the whole that is all right (default: ${DEFAULT-VALUE} %%).")
  private BigDecimal tolerance = BigDecimal.ONE;

  @Option(names = "--json", description = "Print JSON instead of a table.")
  private boolean json;

  @Spec private CommandSpec spec;

  /** For picocli, which sets the fields. */
  @SuppressWarnings("NullAway.Init")
  public ReconcileCommand() {}

  @Override
  public Integer call() {
    try {
      List<CostExport.Amount> amounts = CostExport.read(file);
      Reconciliation reconciliation = new Reconciliation(renamed);
      TreeSet<LocalDate> days = new TreeSet<>();
      amounts.forEach(amount -> days.add(amount.day()));
      for (LocalDate day : days) {
        ledger(reconciliation, day);
      }
      reconciliation.billed(amounts);
      return told(reconciliation.drifts());
    } catch (CostException e) {
      spec.commandLine().getErr().println("reconcile: " + e.getMessage());
      return 2;
    }
  }

  private void ledger(Reconciliation reconciliation, LocalDate day) throws CostException {
    Instant from = day.atStartOfDay(ZoneOffset.UTC).toInstant();
    Instant to = day.plusDays(1).atStartOfDay(ZoneOffset.UTC).toInstant();
    JsonNode report = source.report(new UsageQuery(from, to, UsageQuery.By.MODEL, null));
    UsageSource.warn(report, spec.commandLine().getErr());
    for (JsonNode line : report.path("lines")) {
      reconciliation.ledger(day, line.path("name").asText(), line.path("cost_usd").decimalValue());
    }
  }

  /** 0 within the tolerance, else 1. */
  private int told(List<Reconciliation.Drift> drifts) {
    BigDecimal billed = BigDecimal.ZERO;
    BigDecimal ledger = BigDecimal.ZERO;
    for (Reconciliation.Drift drift : drifts) {
      billed = billed.add(drift.billed());
      ledger = ledger.add(drift.ledger());
    }
    Reconciliation.Drift whole = new Reconciliation.Drift(LocalDate.EPOCH, "total", billed, ledger);
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(json(drifts, whole).toPrettyString());
    } else {
      table(drifts, whole, out);
    }
    out.flush();
    BigDecimal allowed =
        billed.multiply(tolerance).divide(BigDecimal.valueOf(100), 12, RoundingMode.HALF_UP);
    return whole.usd().abs().compareTo(allowed) <= 0 ? 0 : 1;
  }

  private static void table(
      List<Reconciliation.Drift> drifts, Reconciliation.Drift whole, PrintWriter out) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("DAY", "MODEL", "BILLED USD", "LEDGER USD", "DRIFT USD", "%"));
    for (Reconciliation.Drift drift : drifts) {
      rows.add(row(drift.day().toString(), drift));
    }
    rows.add(row("total", whole));
    Columns.print(out, rows);
  }

  private static List<String> row(String day, Reconciliation.Drift drift) {
    return List.of(
        day,
        drift.model(),
        money(drift.billed()),
        money(drift.ledger()),
        money(drift.usd()),
        drift.percent());
  }

  private static String money(BigDecimal usd) {
    return usd.setScale(6, RoundingMode.HALF_UP).toPlainString();
  }

  private static JsonNode json(List<Reconciliation.Drift> drifts, Reconciliation.Drift whole) {
    var node = JsonNodeFactory.instance.objectNode();
    ArrayNode lines = node.putArray("lines");
    for (Reconciliation.Drift drift : drifts) {
      lines
          .addObject()
          .put("day", drift.day().toString())
          .put("model", drift.model())
          .put("billed_usd", drift.billed())
          .put("ledger_usd", drift.ledger())
          .put("drift_usd", drift.usd());
    }
    node.putObject("total")
        .put("billed_usd", whole.billed())
        .put("ledger_usd", whole.ledger())
        .put("drift_usd", whole.usd());
    return node;
  }
}
