package dev.fairlead.tools.cost;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.gateway.ledger.UsagePeriod;
import dev.fairlead.gateway.ledger.UsageQuery;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Shows what was spent and saved. */
@Command(
    name = "cost",
    description = "Shows what was spent, and what it saved against the baseline.",
    mixinStandardHelpOptions = true)
public final class CostCommand implements Callable<Integer> {

  @Mixin private UsageSource source = new UsageSource();

  @Option(
      names = "--period",
      paramLabel = "SPAN",
      defaultValue = "7d",
      description = "How far back: 24h, 7d, 4w (default: ${DEFAULT-VALUE}).")
  private String period = "7d";

  @Option(names = "--from", paramLabel = "DAY", description = "First day in UTC, or a moment.")
  private @Nullable String from;

  @Option(names = "--to", paramLabel = "DAY", description = "Day in UTC or moment where it ends.")
  private @Nullable String to;

  @Option(
      names = "--by",
      paramLabel = "WHAT",
      defaultValue = "model",
      description = "model, key, team, tenant, tag, policy or day (default: ${DEFAULT-VALUE}).")
  private String by = "model";

  @Option(names = "--tenant", paramLabel = "NAME", description = "Only this tenant's requests.")
  private @Nullable String tenant;

  @Option(names = "--json", description = "Print JSON, with every number.")
  private boolean json;

  @Option(names = "--csv", description = "Print comma-separated values.")
  private boolean csv;

  @Spec private CommandSpec spec;

  /** For picocli, which sets the fields. */
  @SuppressWarnings("NullAway.Init")
  public CostCommand() {}

  @Override
  public Integer call() {
    UsageQuery query = query(Instant.now());
    if (json && csv) {
      throw wrong("--csv", "together with --json", "one of them");
    }
    try {
      JsonNode report = source.report(query);
      PrintWriter out = spec.commandLine().getOut();
      if (json) {
        out.println(report.toPrettyString());
      } else if (csv) {
        CostTable.csv(report, out);
      } else {
        CostTable.print(report, out);
      }
      out.flush();
      UsageSource.warn(report, spec.commandLine().getErr());
      return 0;
    } catch (CostException e) {
      spec.commandLine().getErr().println("cost: " + e.getMessage());
      return 1;
    }
  }

  private UsageQuery query(Instant now) {
    Instant end = to == null ? now.plusSeconds(1) : moment("--to", to);
    Duration span =
        UsagePeriod.span(period).orElseThrow(() -> wrong("--period", period, UsagePeriod.EXPECTED));
    Instant begin = from == null ? end.minus(span) : moment("--from", from);
    if (!begin.isBefore(end)) {
      throw wrong("--from", begin.toString(), "before " + end);
    }
    UsageQuery.By lines =
        UsageQuery.By.of(by)
            .orElseThrow(() -> wrong("--by", by, "model, key, team, tenant, tag, policy or day"));
    return new UsageQuery(begin, end, lines, tenant);
  }

  private Instant moment(String option, String text) {
    return UsagePeriod.moment(text)
        .orElseThrow(() -> wrong(option, text, UsagePeriod.EXPECTED_MOMENT));
  }

  private ParameterException wrong(String option, String value, String expected) {
    return new ParameterException(
        spec.commandLine(), option + ": " + value + " (expected: " + expected + ")");
  }
}
