package dev.fairlead.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import java.lang.reflect.InvocationTargetException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class HelmChartTest {

  private static final List<String> SERVICES = List.of("gateway", "scorer", "cache", "provider");
  private static final String EVERYTHING =
      """
      secrets: { values: { OPENAI_API_KEY: not-a-key } }
      redis: { url: "rediss://redis:6379", tls: { secret: redis-certificate, clientCertificate: true } }
      ledger: { url: "jdbc:postgresql://db/fairlead" }
      otlp: { endpoint: "http://otel:4317" }
      ingress: { enabled: true, className: nginx, tlsSecret: tls, annotations: { a: b } }
      imagePullSecrets: [{ name: pull }]
      nodeSelector: { kubernetes.io/arch: amd64 }
      tolerations: [{ key: k, operator: Exists }]
      networkPolicy: { clients: [{ namespaceSelector: {} }] }
      config: { alerts: { webhook_url: "https://hooks.example/llm" } }
      scorer: { env: { LOG_LEVEL: DEBUG } }
      tls: { hops: { secret: hop-certificate }, edge: { secret: door-certificate, clientAuth: require } }
      """;

  /** Where the generated class of each kind is. */
  private static final Map<String, String> CLASSES =
      Map.of("HorizontalPodAutoscaler", "V2HorizontalPodAutoscaler");

  @BeforeEach
  void engine() {
    assumeThat(Chart.canRender()).as("Helm's engine for this kind of machine is there").isTrue();
  }

  @Test
  void chart_passesHelmsLint() {
    var lint = Chart.helm().lint().strict().call();
    assertThat(lint.isFailed()).as(String.join("\n", lint.getMessages())).isFalse();
  }

  @Test
  void objects_areWhatKubernetesKnows() throws Exception {
    for (String values : List.of("{}", EVERYTHING)) {
      for (JsonNode object : Chart.render(values).objects()) {
        String kind = object.get("kind").asText();
        Class<?> type =
            Class.forName(
                "io.kubernetes.client.openapi.models." + CLASSES.getOrDefault(kind, "V1" + kind));
        try {
          type.getMethod("validateJsonElement", JsonElement.class)
              .invoke(null, JsonParser.parseString(object.toString()));
        } catch (InvocationTargetException e) {
          throw new AssertionError(kind + " " + object.at("/metadata/name"), e.getCause());
        }
      }
    }
  }

  @Test
  void everyService_hasDeploymentServiceScalingBudgetAndPolicy() {
    Chart chart = Chart.render("{}");
    for (String kind :
        List.of(
            "Deployment",
            "Service",
            "HorizontalPodAutoscaler",
            "PodDisruptionBudget",
            "NetworkPolicy")) {
      assertThat(chart.ofKind(kind).stream().map(object -> object.at("/metadata/name").asText()))
          .as(kind)
          .containsExactlyInAnyOrder("fl-gateway", "fl-scorer", "fl-cache", "fl-provider");
    }
  }

  @Test
  void selectors_matchThePodsOfTheirDeployment() {
    Chart chart = Chart.render("{}");
    for (String service : SERVICES) {
      JsonNode pod =
          chart.named("Deployment", "fl-" + service).at("/spec/template/metadata/labels");
      for (JsonNode selector :
          List.of(
              chart.named("Deployment", "fl-" + service).at("/spec/selector/matchLabels"),
              chart.named("Service", "fl-" + service).at("/spec/selector"),
              chart.named("PodDisruptionBudget", "fl-" + service).at("/spec/selector/matchLabels"),
              chart.named("NetworkPolicy", "fl-" + service).at("/spec/podSelector/matchLabels"))) {
        assertThat(selector.size()).isPositive();
        selector
            .properties()
            .forEach(label -> assertThat(pod.get(label.getKey())).isEqualTo(label.getValue()));
      }
    }
  }

  @Test
  void containers_haveNoRightsTheyDoNotNeed() {
    for (JsonNode deployment : Chart.render(EVERYTHING).ofKind("Deployment")) {
      JsonNode pod = deployment.at("/spec/template/spec");
      assertThat(pod.at("/securityContext/runAsNonRoot").asBoolean()).isTrue();
      assertThat(pod.at("/securityContext/seccompProfile/type").asText())
          .isEqualTo("RuntimeDefault");
      assertThat(pod.at("/automountServiceAccountToken").asBoolean(true)).isFalse();
      JsonNode container = pod.at("/containers/0");
      assertThat(container.at("/securityContext/readOnlyRootFilesystem").asBoolean()).isTrue();
      assertThat(container.at("/securityContext/allowPrivilegeEscalation").asBoolean(true))
          .isFalse();
      assertThat(container.at("/securityContext/capabilities/drop/0").asText()).isEqualTo("ALL");
      assertThat(container.at("/resources/limits/memory").isMissingNode()).isFalse();
      assertThat(container.get("image").asText()).doesNotEndWith(":latest").contains(":");
    }
  }

  @Test
  void notes_andReadmeTellHowTheFirstKeyIsMade() {
    for (String file :
        List.of("deploy/helm/fairlead/templates/NOTES.txt", "deploy/terraform/README.md")) {
      assertThat(Repository.text(file)).as(file).contains("/ui#/keys");
    }
  }

  @Test
  void environment_isNotToldOfOtherServices() {
    for (JsonNode deployment : Chart.render("{}").ofKind("Deployment")) {
      assertThat(deployment.at("/spec/template/spec/enableServiceLinks").asBoolean(true)).isFalse();
    }
  }

  @Test
  void provider_mayCallModelServersOnOtherPorts_whenTheyAreNamed() {
    Chart chart =
        Chart.render(
            """
            networkPolicy:
              vendors:
                - to: [{ podSelector: { matchLabels: { app: vllm } } }]
                  ports: [{ port: 8000, protocol: TCP }]
              egress:
                provider: [{ ports: [{ port: 8001, protocol: TCP }] }]
            """);
    for (String service : SERVICES) {
      String egress = chart.named("NetworkPolicy", "fl-" + service).at("/spec/egress").toString();
      assertThat(egress.contains("vllm")).as(service).isEqualTo(service.equals("provider"));
    }
    assertThat(chart.named("NetworkPolicy", "fl-provider").at("/spec/egress").toString())
        .contains("\"port\":8000", "\"port\":8001", "\"port\":443");
  }

  @ParameterizedTest
  @ValueSource(strings = {"gateway", "cache", "provider"})
  void services_mayCallWhatIsNamedForThem_andNoOther(String allowed) {
    Chart chart =
        Chart.render(
            "{ networkPolicy: { egress: { %s: [{ ports: [{ port: 26379, protocol: TCP }] }] } } }"
                .formatted(allowed));
    for (String service : SERVICES) {
      String egress = chart.named("NetworkPolicy", "fl-" + service).at("/spec/egress").toString();
      assertThat(egress.contains("26379")).as(service).isEqualTo(service.equals(allowed));
    }
  }

  @Test
  void pods_areDrainedBeforeTheyEnd() {
    for (JsonNode deployment :
        Chart.render("{ drainSeconds: 7, stopSeconds: 50 }").ofKind("Deployment")) {
      JsonNode pod = deployment.at("/spec/template/spec");
      assertThat(pod.get("terminationGracePeriodSeconds").asInt()).isEqualTo(57);
      assertThat(pod.at("/containers/0/lifecycle/preStop/exec/command/1").asText()).isEqualTo("7");
      assertThat(pod.at("/containers/0/readinessProbe/httpGet/path").asText()).isEqualTo("/readyz");
      assertThat(pod.at("/containers/0/livenessProbe/httpGet/path").asText()).isEqualTo("/healthz");
      assertThat(deployment.at("/spec/strategy/rollingUpdate/maxUnavailable").asInt(-1)).isZero();
    }
  }

  @Test
  void streams_haveTheTimeThatIsThere_lessWhatIsWrittenAfterThem() {
    String environment = pod("{ stopSeconds: 95 }", "gateway").at("/containers/0/env").toString();
    assertThat(environment).contains("\"FAIRLEAD_SERVER_DRAIN_TIMEOUT\",\"value\":\"75s\"");
    Duration after =
        written("gateway", "ledger.yaml", "drain_timeout")
            .plus(written("telemetry", "telemetry.yaml", "flush_timeout"));
    assertThat(after).isLessThan(Duration.ofSeconds(20));
    assertThatThrownBy(() -> Chart.render("{ stopSeconds: 20 }"))
        .hasMessageContaining("stopSeconds");
  }

  @ParameterizedTest
  @CsvSource({
    "gateway, FAIRLEAD_SERVER_DRAIN_TIMEOUT, '{ server: { drain_timeout: 5s } }'",
    "cache, FAIRLEAD_CACHE_SCORER, '{ cache: { scorer: \"other:7001\" } }'"
  })
  void settingsOfTheOperator_winOverTheCharts(String service, String name, String config) {
    assertThat(environment("{}", service)).containsOnlyOnce(name);
    assertThat(environment("{ config: %s }".formatted(config), service)).doesNotContain(name);
    assertThat(environment("{ %s: { env: { %s: x } } }".formatted(service, name), service))
        .containsOnlyOnce(name)
        .contains("\"x\"");
  }

  private static Duration written(String module, String file, String key) {
    String text =
        Repository.yaml(module + "/src/main/resources/fairlead/" + file).get(key).asText();
    return Duration.parse("PT" + text.toUpperCase(Locale.ROOT));
  }

  @Test
  void backends_areHeadless_andTheGatewayNamesThem() {
    Chart chart = Chart.render("{}");
    JsonNode environment =
        chart.named("Deployment", "fl-gateway").at("/spec/template/spec/containers/0/env");
    for (String backend : List.of("scorer", "cache", "provider")) {
      JsonNode service = chart.named("Service", "fl-" + backend);
      assertThat(service.at("/spec/clusterIP").asText()).isEqualTo("None");
      assertThat(environment.toString())
          .contains("fl-" + backend + ":" + service.at("/spec/ports/0/port").asInt());
    }
  }

  @Test
  void cache_isToldOfTheScorer_thatJudgesForIt() {
    for (String service : SERVICES) {
      String environment = pod("{}", service).at("/containers/0/env").toString();
      assertThat(environment.contains("\"FAIRLEAD_CACHE_SCORER\",\"value\":\"fl-scorer:7001\""))
          .as(service)
          .isEqualTo(service.equals("cache"));
    }
  }

  @Test
  void autoscalers_followQueueAndCallsUnderWay_unlessThereIsNoAdapter() {
    assertThat(metrics("{}", "scorer")).contains("llm_router_scorer_queue_depth", "cpu");
    assertThat(metrics("{}", "provider")).contains("llm_router_upstream_in_flight", "cpu");
    assertThat(metrics("{ metrics: { adapter: false } }", "scorer")).doesNotContain("llm_router");
  }

  private static String metrics(String values, String service) {
    return Chart.render(values)
        .named("HorizontalPodAutoscaler", "fl-" + service)
        .at("/spec/metrics")
        .toString();
  }

  @Test
  void environment_isReadByTheCode() {
    Set<String> names = new TreeSet<>();
    for (JsonNode deployment : Chart.render(EVERYTHING).ofKind("Deployment")) {
      deployment
          .at("/spec/template/spec/containers/0/env")
          .forEach(entry -> names.add(entry.get("name").asText()));
    }
    assertThat(names).contains("REDIS_URL", "FAIRLEAD_LEDGER_URL", "LOG_LEVEL");
    assertThat(KnownEnvironment.names()).containsAll(names);
  }

  @Test
  void secrets_stayOutOfEverythingElse() {
    Chart chart = Chart.render(EVERYTHING);
    for (JsonNode object : chart.objects()) {
      if (!object.get("kind").asText().equals("Secret")) {
        assertThat(object.toString()).doesNotContain("not-a-key");
      }
    }
    assertThat(Chart.render("{ secrets: { existing: mine } }").ofKind("Secret")).isEmpty();
  }

  @Test
  void onlyTheGateway_mayCallBackends_andOnlyTheProviderCallsOut_unlessMoreIsNamed() {
    Chart chart = Chart.render("{}");
    assertThat(chart.named("NetworkPolicy", "fl-provider").at("/spec/ingress/0/from").toString())
        .contains("\"gateway\"")
        .doesNotContain("scorer")
        .doesNotContain("cache");
    for (String service : SERVICES) {
      String egress = chart.named("NetworkPolicy", "fl-" + service).at("/spec/egress").toString();
      assertThat(egress.contains("0.0.0.0/0")).as(service).isEqualTo(service.equals("provider"));
    }
    assertThat(chart.named("NetworkPolicy", "fl-provider").at("/spec/egress").toString())
        .contains("169.254.0.0/16");
  }

  @Test
  void hops_areMutualTls_whenTheirSecretIsNamed() {
    Chart chart = Chart.render("{ tls: { hops: { secret: hop-certificate } } }");
    for (String service : SERVICES) {
      JsonNode pod = chart.named("Deployment", "fl-" + service).at("/spec/template/spec");
      assertThat(pod.at("/volumes").toString())
          .contains("\"secretName\":\"hop-certificate\"")
          .doesNotContain("subPath");
      assertThat(pod.at("/containers/0/volumeMounts").toString()).contains("/tls/hops");
      assertThat(pod.at("/containers/0/env").toString())
          .contains("/tls/hops/tls.crt", "/tls/hops/tls.key", "/tls/hops/ca.crt", "require")
          .doesNotContain("FAIRLEAD_TLS_EDGE");
    }
    assertThat(Chart.render("{}").ofKind("Deployment").toString()).doesNotContain("TLS");
  }

  @Test
  void redis_isKnownByItsAuthority_andShownACertificate_whenItsSecretIsNamed() {
    String url = "{ redis: { url: 'rediss://redis:6379', tls: { secret: of-redis%s } } }";
    for (String service : SERVICES) {
      JsonNode trusting = pod(url.formatted(""), service);
      JsonNode showing = pod(url.formatted(", clientCertificate: true"), service);
      if (List.of("gateway", "cache").contains(service)) {
        assertThat(trusting.at("/volumes").toString())
            .contains("\"secretName\":\"of-redis\"")
            .doesNotContain("subPath");
        assertThat(trusting.at("/containers/0/volumeMounts").toString()).contains("/tls/redis");
        assertThat(trusting.at("/containers/0/env").toString())
            .contains("FAIRLEAD_REDIS_CA", "/tls/redis/ca.crt")
            .doesNotContain("FAIRLEAD_REDIS_CERT", "FAIRLEAD_REDIS_KEY");
        assertThat(showing.at("/containers/0/env").toString())
            .contains("/tls/redis/ca.crt", "/tls/redis/tls.crt", "/tls/redis/tls.key");
      } else {
        assertThat(showing.toString()).doesNotContain("of-redis", "FAIRLEAD_REDIS");
      }
    }
  }

  private static String environment(String values, String service) {
    return pod(values, service).at("/containers/0/env").toString();
  }

  private static JsonNode pod(String values, String service) {
    return Chart.render(values).named("Deployment", "fl-" + service).at("/spec/template/spec");
  }

  @Test
  void doors_areTls_andProbesGoToAPlainPort_whenTheirSecretIsNamed() {
    Chart chart =
        Chart.render("{ tls: { edge: { secret: door-certificate, clientAuth: require } } }");
    JsonNode container =
        chart.named("Deployment", "fl-gateway").at("/spec/template/spec/containers/0");
    assertThat(container.at("/env").toString())
        .contains("/tls/edge/ca.crt", "FAIRLEAD_SERVER_MANAGEMENT_PORT");
    assertThat(container.at("/ports").toString()).contains("8080", "8180");
    assertThat(container.at("/readinessProbe/httpGet/port").asText()).isEqualTo("health");
    assertThat(chart.named("Service", "fl-gateway").at("/spec/ports/0/port").asInt())
        .isEqualTo(443);
    assertThat(chart.named("NetworkPolicy", "fl-gateway").at("/spec/ingress").toString())
        .contains("8180");
    assertThat(chart.named("Deployment", "fl-scorer").toString())
        .doesNotContain("door-certificate");
  }

  @ParameterizedTest
  @CsvSource({
    "'{ metrics: { podMonitor: true } }', http",
    "'{ metrics: { podMonitor: true }, tls: { edge: { secret: door } } }', health"
  })
  void gateway_isScraped_whereItSpeaksPlainText(String values, String port) {
    assertThat(
            Chart.render(values)
                .named("PodMonitor", "fl-gateway")
                .at("/spec/podMetricsEndpoints/0/port")
                .asText())
        .isEqualTo(port);
  }

  @Test
  void probes_goToTheDoor_withoutTls() {
    JsonNode container =
        Chart.render("{}").named("Deployment", "fl-gateway").at("/spec/template/spec/containers/0");
    assertThat(container.at("/readinessProbe/httpGet/port").asText()).isEqualTo("http");
    assertThat(container.at("/ports").toString()).contains("8080").doesNotContain("8180");
  }

  @Test
  void wrongValues_areRefused() {
    assertThatThrownBy(() -> Chart.render("{ tls: { edge: { clientAuth: maybe } } }"))
        .hasMessageContaining("clientAuth");
    assertThatThrownBy(() -> Chart.render("{ scorer: { replicas: { min: 0, max: 1 } } }"))
        .hasMessageContaining("replicas");
    assertThatThrownBy(() -> Chart.render("{ gatway: {} }")).hasMessageContaining("gatway");
    assertThatThrownBy(() -> Chart.render("{ networkPolicy: { egress: { gatway: [] } } }"))
        .hasMessageContaining("gatway");
    assertThatThrownBy(() -> Chart.render("{ image: { tag: latest } }"))
        .hasMessageContaining("tag");
  }
}
