package dev.fairlead.tools.models;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.common.config.ConfigException;
import dev.fairlead.common.config.ConfigSource;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Checks every model of a configuration; exit code 1 when one of them must not be relied on. */
@Command(
    name = "validate-models",
    description =
        "Checks every configured model: its provider, price and sizes, the files of local models,"
            + " and an answer of one token.",
    mixinStandardHelpOptions = true)
public final class ValidateModelsCommand implements Callable<Integer> {

  @Option(
      names = "--config",
      paramLabel = "FILE",
      defaultValue = "${env:FAIRLEAD_CONFIG}",
      description = "The configuration; also FAIRLEAD_CONFIG. Default: the environment alone")
  private @Nullable String config;

  @Option(
      names = "--probe",
      description =
          "Also ask models that cost money, for one token each. Mock and local models always are.")
  private boolean probe;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      defaultValue = "60",
      description = "Longest wait for a probe. Default: ${DEFAULT-VALUE}")
  private int timeoutSeconds;

  @Option(names = "--json", description = "Print JSON instead of a table.")
  private boolean json;

  @Spec private CommandSpec spec;

  /** For picocli, which sets the fields. */
  @SuppressWarnings("NullAway.Init")
  public ValidateModelsCommand() {}

  @Override
  public Integer call() {
    List<Finding> findings;
    try {
      Path file = config == null || config.isEmpty() ? null : Path.of(config);
      ConfigSource source = ConfigSource.load(file, System.getenv());
      findings =
          new ModelValidation(source, probe, Duration.ofSeconds(Math.max(1, timeoutSeconds))).run();
    } catch (ConfigException e) {
      findings = List.of(Finding.fail("configuration", "read", String.valueOf(e.getMessage())));
    }
    boolean failed = findings.stream().anyMatch(finding -> finding.status() == Finding.Status.FAIL);
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(json(findings, !failed));
    } else {
      table(out, findings);
    }
    out.flush();
    return failed ? 1 : 0;
  }

  private static void table(PrintWriter out, List<Finding> findings) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("MODEL", "CHECK", "RESULT", "DETAIL"));
    for (Finding finding : findings) {
      rows.add(
          List.of(finding.subject(), finding.check(), finding.status().label(), finding.detail()));
    }
    TextTable.print(out, rows);
    long failures = count(findings, Finding.Status.FAIL);
    long warnings = count(findings, Finding.Status.WARN);
    out.println();
    out.println(findings.size() + " checks, " + failures + " failed, " + warnings + " warnings");
  }

  private static long count(List<Finding> findings, Finding.Status status) {
    return findings.stream().filter(finding -> finding.status() == status).count();
  }

  private static String json(List<Finding> findings, boolean ok) {
    ObjectNode root = new JsonMapper().createObjectNode().put("ok", ok);
    ArrayNode checks = root.putArray("checks");
    for (Finding finding : findings) {
      checks
          .addObject()
          .put("subject", finding.subject())
          .put("check", finding.check())
          .put("result", finding.status().label())
          .put("detail", finding.detail());
    }
    return root.toPrettyString();
  }
}
