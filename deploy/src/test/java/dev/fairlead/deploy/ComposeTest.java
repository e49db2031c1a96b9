package dev.fairlead.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ComposeTest {

  private static final String MESH = "compose/compose.yaml";
  private static final String TLS = "compose/compose.tls.yaml";
  private static final String REDIS_TLS = "compose/compose.redis-tls.yaml";
  private static final String SMALL = "compose/compose.test.yaml";
  private static final Pattern VARIABLE = Pattern.compile("\\$\\{([A-Z_]+)(:\\?|:-)?");

  @Test
  void mesh_hasEveryServiceAndWhatOperatesIt() {
    assertThat(ComposeFile.read(MESH).services())
        .containsOnlyKeys(
            "proxy",
            "gateway-1",
            "gateway-2",
            "scorer",
            "cache",
            "provider",
            "redis",
            "postgres",
            "otel-collector",
            "prometheus",
            "grafana");
  }

  @ParameterizedTest
  @ValueSource(strings = {MESH, SMALL})
  void images_arePinned(String file) {
    ComposeFile.read(file)
        .services()
        .forEach((name, service) -> {
          String image = String.valueOf(service.get("image"));
          if (service.containsKey("build")) {
            assertThat(image).as(name).startsWith("fairlead-");
            assertThat(Repository.path("compose").resolve(build(service, "dockerfile")).getParent())
                .isNotNull();
            assertThat(ComposeFile.mapping(ComposeFile.mapping(service.get("build")).get("args")))
                .as(name)
                .containsKey("SERVICE");
          } else {
            assertThat(image).as(name).matches("[a-z/-]+:v?\\d+\\.\\d+(\\.\\d+)?(-[a-z0-9]+)?");
          }
        });
  }

  private static String build(Map<String, Object> service, String key) {
    return String.valueOf(ComposeFile.mapping(service.get("build")).get(key));
  }

  @ParameterizedTest
  @ValueSource(strings = {MESH, SMALL})
  void ownServices_cannotWriteOrGainRights(String file) {
    Map<String, Map<String, Object>> own = ComposeFile.read(file).ownServices();
    assertThat(own).isNotEmpty();
    own.forEach((name, service) -> {
      assertThat(service)
          .as(name)
          .containsEntry("read_only", true)
          .containsEntry("cap_drop", List.of("ALL"));
      assertThat(service.get("security_opt")).as(name).isEqualTo(List.of("no-new-privileges:true"));
      assertThat(String.valueOf(service.get("tmpfs"))).as(name).contains("/tmp:exec");
    });
  }

  @ParameterizedTest
  @ValueSource(strings = {MESH, SMALL})
  void requests_areAnswered_beforeAKeyExists(String file) {
    ComposeFile.read(file)
        .ownServices()
        .forEach((name, service) -> {
          Map<String, Object> environment = ComposeFile.mapping(service.get("environment"));
          if (environment.containsKey("FAIRLEAD_SERVER_BIND")) {
            assertThat(environment)
                .as(name)
                .containsEntry("FAIRLEAD_SERVER_BIND", "0.0.0.0")
                .containsEntry("FAIRLEAD_SERVER_ALLOW_UNAUTHENTICATED", "true");
            assertThat(service)
                .as("only the proxy is reached from outside")
                .doesNotContainKey("ports");
          }
        });
  }

  @ParameterizedTest
  @ValueSource(strings = {MESH, SMALL})
  void cache_isToldOfTheScorer_thatJudgesForIt(String file) {
    Map<String, Object> cache = ComposeFile.read(file).services().getOrDefault("cache", Map.of());
    assertThat(ComposeFile.mapping(cache.get("environment")))
        .containsEntry("FAIRLEAD_CACHE_SCORER", "scorer:7001");
  }

  @Test
  void operators_haveADoor_thatAsksForTheToken() {
    Map<String, Map<String, Object>> services = ComposeFile.read(MESH).services();
    Map<String, Object> gateway =
        ComposeFile.mapping(services.getOrDefault("gateway-1", Map.of()).get("environment"));
    String port = String.valueOf(gateway.get("FAIRLEAD_SERVER_ADMIN_PORT"));
    assertThat(String.valueOf(gateway.get("ADMIN_TOKEN"))).startsWith("${ADMIN_TOKEN:?");
    assertThat(String.valueOf(services.getOrDefault("proxy", Map.of()).get("ports")))
        .contains("127.0.0.1:" + port + ":" + port);
    assertThat(Repository.text("compose/nginx/nginx.conf"))
        .contains("listen " + port + ";", "proxy_pass http://$console:" + port + ";");
  }

  @Test
  void ownServices_areGivenTimeToFinish() {
    int needed = 0;
    for (String setting :
        List.of(
            "gateway/src/main/resources/fairlead/server.yaml drain_delay",
            "gateway/src/main/resources/fairlead/server.yaml drain_timeout",
            "gateway/src/main/resources/fairlead/ledger.yaml drain_timeout",
            "telemetry/src/main/resources/fairlead/telemetry.yaml flush_timeout")) {
      String[] fileAndKey = setting.split(" ");
      needed += seconds(Repository.yaml(fileAndKey[0]).get(fileAndKey[1]).asText());
    }
    int most = needed;
    ComposeFile.read(MESH)
        .ownServices()
        .forEach((name, service) ->
            assertThat(seconds(String.valueOf(service.get("stop_grace_period"))))
                .as(name)
                .isGreaterThan(most));
  }

  private static int seconds(String duration) {
    assertThat(duration).matches("\\d+s");
    return Integer.parseInt(duration.substring(0, duration.length() - 1));
  }

  @ParameterizedTest
  @ValueSource(strings = {MESH, SMALL})
  void environment_isReadByTheCode(String file) {
    Set<String> known = KnownEnvironment.names();
    ComposeFile.read(file)
        .ownServices()
        .forEach((name, service) ->
            assertThat(known)
                .as(name)
                .containsAll(ComposeFile.mapping(service.get("environment")).keySet()));
  }

  @Test
  void everyHop_isMutualTls_withTheFileOverIt() {
    Set<String> own = ComposeFile.read(MESH).ownServices().keySet();
    Map<String, Map<String, Object>> over = ComposeFile.read(TLS).services();
    assertThat(over).containsOnlyKeys(own);
    over.forEach((name, service) -> {
      Map<String, Object> environment = ComposeFile.mapping(service.get("environment"));
      assertThat(KnownEnvironment.names()).as(name).containsAll(environment.keySet());
      assertThat(environment)
          .as(name)
          .containsKeys("FAIRLEAD_TLS_HOPS_CERT", "FAIRLEAD_TLS_HOPS_KEY", "FAIRLEAD_TLS_HOPS_CA")
          .containsEntry("FAIRLEAD_TLS_HOPS_CLIENT_AUTH", "require");
      assertThat(service.get("volumes")).as(name).isEqualTo(List.of("./tls:/tls:ro"));
      assertThat(service).as("nothing that unmakes compose.yaml").hasSize(2);
    });
  }

  @Test
  void redis_speaksMutualTls_withTheFileOverIt() {
    ComposeFile mesh = ComposeFile.read(MESH);
    Map<String, Map<String, Object>> over = ComposeFile.read(REDIS_TLS).services();
    assertThat(mesh.services()).containsKeys(over.keySet().toArray(String[]::new));
    mesh.services()
        .forEach((name, service) -> {
          Map<String, Object> environment =
              service.containsKey("environment")
                  ? ComposeFile.mapping(service.get("environment"))
                  : Map.of();
          assertThat(over.containsKey(name))
              .as(name)
              .isEqualTo(environment.containsKey("REDIS_URL") || name.equals("redis"));
        });
    over.forEach((name, service) -> {
      assertThat(service.get("volumes")).as(name).isEqualTo(List.of("./tls:/tls:ro"));
      if (!name.equals("redis")) {
        Map<String, Object> environment = ComposeFile.mapping(service.get("environment"));
        assertThat(KnownEnvironment.names()).as(name).containsAll(environment.keySet());
        assertThat(environment)
            .as(name)
            .containsEntry("REDIS_URL", "rediss://redis:6379")
            .containsKeys("FAIRLEAD_REDIS_CA", "FAIRLEAD_REDIS_CERT", "FAIRLEAD_REDIS_KEY");
      }
    });
    assertThat(String.valueOf(over.getOrDefault("redis", Map.of()).get("command")))
        .contains("--port, 0", "--tls-port, 6379", "--tls-auth-clients, yes")
        .contains("--maxmemory-policy, volatile-lru");
  }

  @Test
  void configuration_hasOnlySectionsAndKeysOfTheCode() {
    Set<String> known = KnownEnvironment.names();
    for (Map.Entry<String, JsonNode> section :
        Repository.yaml("compose/fairlead.yaml").properties()) {
      for (Map.Entry<String, JsonNode> key : section.getValue().properties()) {
        assertThat(known)
            .contains(
                ("fairlead_" + section.getKey() + "_" + key.getKey()).toUpperCase(Locale.ROOT));
      }
    }
  }

  @Test
  void logLevel_isTheFiles_whichCanBeChangedWhileServicesRun() {
    ComposeFile.read(MESH)
        .ownServices()
        .forEach((name, service) ->
            assertThat(ComposeFile.mapping(service.get("environment")))
                .as("%s: the environment would win over the file at SIGHUP", name)
                .doesNotContainKeys("LOG_LEVEL", "FAIRLEAD_TELEMETRY_LOG_LEVEL"));
    assertThat(Repository.text("compose/README.md"))
        .contains(
            "kill -s HUP " + String.join(" ", ComposeFile.read(MESH).ownServices().keySet()) + "`");
    assertThat(Repository.yaml("compose/fairlead.yaml").at("/telemetry/log_level").asText())
        .isEqualTo("INFO");
  }

  @Test
  void mounts_areFilesOfTheTree() {
    List<String> mounts = new ArrayList<>();
    ComposeFile.read(MESH)
        .services()
        .values()
        .forEach(service -> {
          if (service.get("volumes") instanceof List<?> volumes) {
            volumes.forEach(volume -> mounts.add(String.valueOf(volume)));
          }
        });
    Set<String> named = ComposeFile.mapping(ComposeFile.read(MESH).root().get("volumes")).keySet();
    assertThat(mounts)
        .isNotEmpty()
        .allSatisfy(mount -> {
          String source = mount.substring(0, mount.indexOf(':'));
          if (source.startsWith("./")) {
            assertThat(Files.exists(Repository.path("compose").resolve(source))).as(mount).isTrue();
            assertThat(mount).endsWith(":ro");
          } else {
            assertThat(named).contains(source);
          }
        });
  }

  @Test
  void gatewaysAndProvider_mayCallOut_andNoOtherServiceOfOurs() {
    ComposeFile mesh = ComposeFile.read(MESH);
    assertThat(ComposeFile.mapping(ComposeFile.mapping(mesh.root().get("networks")).get("mesh")))
        .containsEntry("internal", true);
    mesh.services()
        .forEach((name, service) -> {
          boolean calls = name.startsWith("gateway-") || name.equals("provider");
          assertThat(String.valueOf(service.get("networks")).contains("out"))
              .as(name)
              .isEqualTo(calls);
        });
    mesh.ownServices()
        .forEach((name, service) ->
            assertThat(String.valueOf(service.get("networks")))
                .as(name)
                .contains("mesh")
                .doesNotContain("edge"));
  }

  @Test
  void ports_areOnLoopbackOnly() {
    ComposeFile.read(MESH)
        .services()
        .forEach((name, service) -> {
          if (service.get("ports") instanceof List<?> ports) {
            assertThat(ports)
                .as(name)
                .allSatisfy(port -> assertThat(String.valueOf(port)).startsWith("127.0.0.1:"));
          }
        });
  }

  @Test
  void variables_areInTheExampleFile_whenThereIsNoDefault() {
    Set<String> needed = new TreeSet<>();
    Matcher variable = VARIABLE.matcher(Repository.text(MESH));
    while (variable.find()) {
      if (!":-".equals(variable.group(2))) {
        needed.add(variable.group(1));
      }
    }
    assertThat(needed).contains("SERVICE_TOKEN", "POSTGRES_PASSWORD");
    assertThat(Repository.text("compose/.env.example").lines().map(line -> line.split("=", 2)[0]))
        .containsAll(needed);
    assertThat(needed)
        .as("the workflow that checks the file sets it")
        .allSatisfy(name ->
            assertThat(Repository.text(".github/workflows/build.yml"))
                .containsPattern(
                    "\\b" + name + "=x .*docker compose -f compose/compose\\.yaml config"));
  }

  @Test
  void scrapeTargets_areServicesAtTheirManagementPorts() {
    List<String> targets = new ArrayList<>();
    for (JsonNode job :
        Repository.yaml("compose/prometheus/prometheus.yml").get("scrape_configs")) {
      job.path("static_configs")
          .get(0)
          .get("targets")
          .forEach(target -> targets.add(target.asText()));
    }
    assertThat(targets)
        .containsExactlyInAnyOrder(
            "gateway-1:8080", "gateway-2:8080", "scorer:7101", "cache:7102", "provider:7103");
  }
}
