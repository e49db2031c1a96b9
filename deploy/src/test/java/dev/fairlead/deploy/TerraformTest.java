package dev.fairlead.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.bertramlabs.plugins.hcl4j.HCLParser;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Syntax by a parser of HCL, and the policies that a reviewer would check by hand. */
final class TerraformTest {

  private static final List<Path> FILES = Repository.files("deploy/terraform", ".tf");
  private static final String LOCALS = "deploy/terraform/locals.tf";
  private static final Pattern DECLARED =
      Pattern.compile(
          "^(variable|resource|output) \"([a-z0-9_]+)\"(?: \"([a-z_]+)\")?", Pattern.MULTILINE);
  private static final Pattern VARIABLE = Pattern.compile("\\bvar\\.([a-z_]+)");
  private static final Pattern RESOURCE = Pattern.compile("\\b(google_[a-z0-9_]+)\\.([a-z_]+)");
  private static final Pattern ENVIRONMENT =
      Pattern.compile("\\b((?:FAIRLEAD_|ADMIN_|REDIS_|OPENAI_|OTEL_)[A-Z_]+)(?:\"| +=)");

  private static String everything() {
    StringBuilder text = new StringBuilder();
    FILES.forEach(file -> text.append(Repository.text(file.toString())).append('\n'));
    return text.toString();
  }

  @Test
  void files_areHcl() throws Exception {
    assertThat(FILES).hasSizeGreaterThan(5);
    for (Path file : FILES) {
      Map<String, Object> parsed = new HCLParser().parse(Repository.text(file.toString()));
      assertThat(parsed).as(file.getFileName().toString()).isNotEmpty();
    }
  }

  @Test
  void layout_isTerraformFmts() {
    for (Path file : FILES) {
      String text = Repository.text(file.toString());
      assertThat(text)
          .as(file.toString())
          .endsWith("\n")
          .doesNotContain("\t")
          .doesNotContain(" \n");
      assertThat(text.lines())
          .as(file.toString())
          .allSatisfy(
              line -> assertThat((line.length() - line.stripLeading().length()) % 2).isZero());
    }
  }

  @Test
  void layout_isNotChangedByTerraformItself() {
    assumeThat(Tool.isThere("terraform")).as("terraform is on this machine").isTrue();
    Tool.Run run =
        Tool.run(
            Map.of("TF_CLI_CONFIG_FILE", "/dev/null", "CHECKPOINT_DISABLE", "1"),
            List.of(
                "terraform", "-chdir=deploy/terraform", "fmt", "-check", "-diff", "-recursive"));
    assertThat(run.code()).as(run.output()).isZero();
  }

  @Test
  void alertPolicies_reachSomebody_andOutputsSayWhatTheyAre() {
    String[] policies =
        Repository.text("deploy/terraform/monitoring.tf")
            .split("(?m)^resource \"google_monitoring_alert_policy\" ");
    assertThat(policies).hasSizeGreaterThan(3);
    for (int i = 1; i < policies.length; i++) {
      assertThat(policies[i])
          .contains("google_monitoring_notification_channel.email.id", "conditions {", "duration");
    }
    String[] outputs = Repository.text("deploy/terraform/outputs.tf").split("(?m)^output ");
    assertThat(outputs).hasSizeGreaterThan(4);
    for (int i = 1; i < outputs.length; i++) {
      assertThat(outputs[i]).contains("description", "value");
    }
  }

  @Test
  void references_areDeclared_andVariablesUsed() {
    Set<String> variables = new TreeSet<>();
    Set<String> resources = new TreeSet<>();
    Matcher declared = DECLARED.matcher(everything());
    while (declared.find()) {
      if (declared.group(1).equals("variable")) {
        variables.add(declared.group(2));
      } else if (declared.group(1).equals("resource")) {
        resources.add(declared.group(2) + "." + declared.group(3));
      }
    }
    assertThat(named(VARIABLE, "")).isEqualTo(variables);
    assertThat(resources).containsAll(named(RESOURCE, "."));
  }

  private static Set<String> named(Pattern pattern, String separator) {
    Set<String> names = new TreeSet<>();
    Matcher matcher = pattern.matcher(everything());
    while (matcher.find()) {
      names.add(
          matcher.groupCount() == 1
              ? matcher.group(1)
              : matcher.group(1) + separator + matcher.group(2));
    }
    return names;
  }

  @Test
  void environment_isReadByTheCode() {
    assertThat(named(ENVIRONMENT, "")).isNotEmpty();
    assertThat(KnownEnvironment.names()).containsAll(named(ENVIRONMENT, ""));
  }

  @Test
  void databases_haveNoPublicAddress_andKeepBackups() {
    assertThat(Repository.text("deploy/terraform/state.tf"))
        .containsPattern("ipv4_enabled\\s+= false")
        .containsPattern("ssl_mode\\s+= \"ENCRYPTED_ONLY\"")
        .containsPattern("point_in_time_recovery_enabled = true")
        .containsPattern("connect_mode\\s+= \"PRIVATE_SERVICE_ACCESS\"")
        .containsPattern("auth_enabled\\s+= true");
  }

  @Test
  void roles_areTheFewThatAreNeeded() {
    Matcher role = Pattern.compile("role\\s+= \"([^\"]+)\"").matcher(everything());
    Set<String> roles = new TreeSet<>();
    while (role.find()) {
      roles.add(role.group(1));
    }
    assertThat(roles)
        .containsExactlyInAnyOrder(
            "roles/run.invoker",
            "roles/secretmanager.secretAccessor",
            "roles/monitoring.metricWriter");
  }

  @Test
  void database_isOfTheEditionThatHasItsMachineTypes() {
    String version =
        value("deploy/terraform/state.tf", "database_version\\s+= \"POSTGRES_(\\d+)\"");
    assertThat(Integer.parseInt(version)).isGreaterThanOrEqualTo(16);
    assertThat(value("deploy/terraform/state.tf", "edition\\s+= \"([A-Z_]+)\""))
        .isEqualTo("ENTERPRISE");
    assertThat(Repository.text("deploy/terraform/variables.tf"))
        .contains("default     = \"db-custom-1-3840\"");
  }

  @Test
  void metrics_areWritten_whereAnAlertAsksForThem() {
    String services = Repository.text("deploy/terraform/services.tf");
    assertThat(Repository.text("deploy/terraform/monitoring.tf"))
        .contains("llm_router_cost_usd_total")
        .containsPattern("disable_metric_validation\\s+= true");
    assertThat(services).contains("var.metrics_image", "depends_on = [\"gateway\"]");
    assertThat(value("deploy/terraform/variables.tf", "cloud-run-gmp-sidecar:([0-9.]+)\""))
        .isNotEmpty();
  }

  @Test
  void processor_isThereBetweenRequests_inEveryContainer() {
    String services = Repository.text("deploy/terraform/services.tf");
    assertThat(Pattern.compile("\\bresources \\{").matcher(services).results().count())
        .isEqualTo(3);
    assertThat(Pattern.compile("cpu_idle\\s+= false").matcher(services).results().count())
        .isEqualTo(3);
  }

  @Test
  void gateway_isDoneBeforeCloudRunKillsIt() {
    int seconds = 0;
    for (String name : List.of("FAIRLEAD_SERVER_DRAIN_TIMEOUT", "FAIRLEAD_LEDGER_DRAIN_TIMEOUT")) {
      seconds += Integer.parseInt(value(LOCALS, name + "\\s+= \"(\\d+)s\""));
    }
    assertThat(seconds).isBetween(2, 9);
  }

  @Test
  void containers_areToldTheirSettings_ofWhichTheOperatorsWin() {
    String services = Repository.text("deploy/terraform/services.tf");
    assertThat(services)
        .contains(
            "for_each = local.environment[\"gateway\"]",
            "for_each = local.environment[containers.key]")
        .doesNotContainPattern("\\benv \\{");
    assertThat(Repository.text(LOCALS))
        .contains("merge(local.telemetry, local.traces, own, var.environment)")
        .containsPattern("FAIRLEAD_TELEMETRY_LOG_FORMAT\\s+= \"json\"")
        .containsPattern("FAIRLEAD_TELEMETRY_SAMPLING_RATIO\\s+= \"0.1\"");
    assertThat(Repository.text("deploy/terraform/variables.tf"))
        .containsPattern(
            "variable \"environment\" \\{\\s+description[^\n]+\\s+type\\s+= map\\(string\\)");
  }

  @Test
  void cache_isToldOfTheScorer_thatJudgesForIt() {
    assertThat(Repository.text(LOCALS))
        .containsPattern("cache\\s+= \\{[^}]*FAIRLEAD_CACHE_SCORER = \"localhost:7001\"");
  }

  @Test
  void names_fitWhereTheyAreShortest() {
    // A connector's name has at most 25 characters, an account's 6 to 30.
    String most = value("deploy/terraform/variables.tf", "\\[a-z0-9-\\]\\{1,(\\d+)\\}");
    assertThat(Integer.parseInt(most) + 1 + "-run".length()).isLessThanOrEqualTo(25);
    assertThat(everything()).containsPattern("name\\s+= \"\\$\\{var\\.name\\}-run\"");
  }

  @Test
  void readme_switchesOnWhatTheResourcesNeed() {
    assertThat(Repository.text("deploy/terraform/README.md"))
        .contains(
            "compute.googleapis.com",
            "run.googleapis.com",
            "vpcaccess.googleapis.com",
            "redis.googleapis.com",
            "sqladmin.googleapis.com",
            "servicenetworking.googleapis.com",
            "secretmanager.googleapis.com",
            "iam.googleapis.com",
            "monitoring.googleapis.com");
  }

  private static String value(String file, String pattern) {
    Matcher matcher = Pattern.compile(pattern).matcher(Repository.text(file));
    assertThat(matcher.find()).as("%s in %s", pattern, file).isTrue();
    return matcher.group(1);
  }

  @Test
  void secrets_haveNoValueInAnyFile() {
    assertThat(everything())
        .doesNotContain("google_secret_manager_secret_version")
        .doesNotContainPattern("(?i)password\\s*=")
        .doesNotContain("auth_string");
  }

  @Test
  void instances_areBounded_andOnlyTheLoadBalancerReachesThem() {
    assertThat(Repository.text("deploy/terraform/services.tf"))
        .contains(
            "min_instance_count = var.min_instances", "max_instance_count = var.max_instances")
        .contains("INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER")
        .doesNotContain("INGRESS_TRAFFIC_ALL");
    assertThat(Repository.text("deploy/terraform/loadbalancer.tf")).contains("TLS_1_2", "\"443\"");
  }
}
