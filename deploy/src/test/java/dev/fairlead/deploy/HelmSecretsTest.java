package dev.fairlead.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which of the chart's secrets each service is given. */
final class HelmSecretsTest {

  private static final List<String> SERVICES = List.of("gateway", "scorer", "cache", "provider");

  @BeforeEach
  void engine() {
    assumeThat(Chart.canRender()).as("Helm's engine for this kind of machine is there").isTrue();
  }

  @Test
  void services_areGivenTheirOwnSecrets_andNoOther() {
    Chart chart = Chart.render("{ secrets: { existing: mine } }");
    assertThat(secrets(chart, "scorer"))
        .containsExactlyInAnyOrder(
            "FAIRLEAD_SECURITY_SERVICE_TOKEN", "FAIRLEAD_TELEMETRY_OTLP_HEADERS");
    assertThat(secrets(chart, "cache"))
        .contains("FAIRLEAD_SECURITY_SERVICE_TOKEN", "REDIS_URL")
        .doesNotContain("ADMIN_TOKEN", "OPENAI_API_KEY");
    assertThat(secrets(chart, "gateway"))
        .contains("ADMIN_TOKEN", "FAIRLEAD_SECURITY_SERVICE_TOKEN", "FAIRLEAD_LEDGER_PASSWORD")
        .contains("REDIS_URL")
        .noneMatch(name -> name.endsWith("_API_KEY") || name.startsWith("AWS_"));
    assertThat(secrets(chart, "provider"))
        .contains("FAIRLEAD_SECURITY_SERVICE_TOKEN", "OPENAI_API_KEY", "AWS_SECRET_ACCESS_KEY")
        .doesNotContain("ADMIN_TOKEN", "FAIRLEAD_LEDGER_PASSWORD", "REDIS_URL");
    Set<String> all = new TreeSet<>();
    for (String service : SERVICES) {
      all.addAll(secrets(chart, service));
      assertThat(container(chart, service).has("envFrom")).as(service).isFalse();
    }
    assertThat(KnownEnvironment.names()).containsAll(all);
  }

  @Test
  void services_areGivenWhatIsNamedForThem() {
    Chart chart =
        Chart.render(
            """
            provider: { secretKeys: [TOGETHER_API_KEY] }
            gateway: { secretKeys: [HOOK] }
            secrets: { values: { TOGETHER_API_KEY: not-a-key, HOOK: not-a-hook } }
            """);
    assertThat(secrets(chart, "provider"))
        .contains("TOGETHER_API_KEY")
        .doesNotContain("OPENAI_API_KEY", "HOOK");
    assertThat(secrets(chart, "gateway")).contains("HOOK").doesNotContain("TOGETHER_API_KEY");
  }

  @Test
  void secrets_thatNoServiceIsGiven_areRefused() {
    assertThatThrownBy(() -> Chart.render("{ secrets: { values: { TOGETHER_API_KEY: x } } }"))
        .hasMessageContaining("TOGETHER_API_KEY")
        .hasMessageContaining("secretKeys")
        .hasMessageNotContaining(": x");
  }

  @Test
  void names_areTheContainersOnce_andStandBeforeWhatMayHoldThem() {
    Chart chart =
        Chart.render(
            """
            redis: { url: "redis://:$(REDIS_PASSWORD)@redis:6379" }
            cache: { secretKeys: [REDIS_PASSWORD] }
            gateway: { secretKeys: [REDIS_PASSWORD], env: { ADMIN_TOKEN: of-its-own } }
            """);
    for (String service : SERVICES) {
      List<String> names = new ArrayList<>();
      container(chart, service).get("env").forEach(entry -> names.add(entry.get("name").asText()));
      assertThat(names).as(service).doesNotHaveDuplicates();
      if (service.equals("gateway") || service.equals("cache")) {
        assertThat(names).containsSubsequence("REDIS_PASSWORD", "REDIS_URL");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{ secrets: { existing: mine }, redis: { tls: { secret: of-redis } } }",
        "{ secrets: { values: { REDIS_URL: 'rediss://r', DATABASE_URL: 'postgres://p' } },"
            + " redis: { tls: { secret: of-redis } } }"
      })
  void serversThatSecretsName_mayBeCalled_andAreTrusted(String values) {
    Chart chart = Chart.render(values);
    for (String service : SERVICES) {
      String egress = chart.named("NetworkPolicy", "fl-" + service).at("/spec/egress").toString();
      boolean redis = service.equals("gateway") || service.equals("cache");
      assertThat(egress.contains("6379")).as(service).isEqualTo(redis);
      assertThat(egress.contains("5432")).as(service).isEqualTo(service.equals("gateway"));
      assertThat(container(chart, service).toString().contains("/tls/redis/ca.crt"))
          .as(service)
          .isEqualTo(redis);
    }
    assertThat(Chart.render("{}").ofKind("NetworkPolicy").toString())
        .doesNotContain("6379", "5432");
  }

  private static JsonNode container(Chart chart, String service) {
    return chart.named("Deployment", "fl-" + service).at("/spec/template/spec/containers/0");
  }

  /** The names that come from the secret; each may be missing there. */
  private static Set<String> secrets(Chart chart, String service) {
    Set<String> names = new TreeSet<>();
    for (JsonNode entry : container(chart, service).get("env")) {
      JsonNode reference = entry.at("/valueFrom/secretKeyRef");
      if (!reference.isMissingNode()) {
        assertThat(reference.get("key")).isEqualTo(entry.get("name"));
        assertThat(reference.get("optional").asBoolean()).isTrue();
        names.add(entry.get("name").asText());
      }
    }
    return names;
  }
}
