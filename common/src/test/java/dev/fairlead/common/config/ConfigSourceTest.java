package dev.fairlead.common.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigSourceTest {

  /** Levels of the test's section. */
  enum Level {
    @JsonProperty("debug")
    DEBUG,
    @JsonProperty("info")
    INFO
  }

  /** A nested record of the test's section. */
  record Pool(int size, Duration idle) {
    Pool {
      Expect.range("size", size, 1, 64);
    }
  }

  /** The test's section. */
  record Server(
      int port,
      String dataDir,
      Duration timeout,
      double ratio,
      boolean verbose,
      Level level,
      List<Integer> stages,
      Secret key,
      Pool pool) {
    Server {
      Expect.range("server.port", port, 0, 65_535);
      Expect.range("ratio", ratio, 0, 1);
      if (dataDir.equals("/")) {
        throw new IllegalArgumentException("data_dir: / (expected: a folder of its own)");
      }
      stages = List.copyOf(stages);
    }
  }

  /** An entry of a mapping or list section. */
  record Entry(String kind, Secret apiKey, @Nullable Integer limit, Duration timeout) {}

  private static final ConfigSource.JsonDefaults ENTRY_DEFAULTS =
      new ConfigSource.JsonDefaults("{kind: openai, api_key: '', timeout: 10s}");

  private static Server server(String yaml) {
    return server(yaml, Map.of());
  }

  private static Server server(String yaml, Map<String, String> environment) {
    return ConfigSource.parse("fairlead.yaml", yaml, environment).section("server", Server.class);
  }

  @Test
  void section_isTheReference_whenNothingElseIsGiven() {
    Server server = server("");

    assertThat(server.port()).isEqualTo(8080);
    assertThat(server.dataDir()).isEqualTo("./data");
    assertThat(server.timeout()).isEqualTo(Duration.ofSeconds(30));
    assertThat(server.level()).isEqualTo(Level.INFO);
    assertThat(server.stages()).containsExactly(1, 5, 25);
    assertThat(server.key().isEmpty()).isTrue();
    assertThat(server.pool()).isEqualTo(new Pool(4, Duration.ofMinutes(2)));
  }

  @Test
  void file_winsOverTheReference_keyByKey() {
    Server server =
        server("server: {port: 9090, pool: {size: 8}, stages: 50, level: debug, timeout: ~}");

    assertThat(server.port()).isEqualTo(9090);
    assertThat(server.pool()).isEqualTo(new Pool(8, Duration.ofMinutes(2)));
    assertThat(server.stages()).containsExactly(50);
    assertThat(server.level()).isEqualTo(Level.DEBUG);
    assertThat(server.timeout()).as("null leaves the default").isEqualTo(Duration.ofSeconds(30));
  }

  @Test
  void environment_winsOverTheFile_byGenericAndWellKnownNames() {
    Server server =
        server(
            "server: {port: 9090, verbose: false, pool: {size: 8}}",
            Map.of(
                "PORT", "7777",
                "FAIRLEAD_SERVER_PORT", "6666",
                "FAIRLEAD_DATA_DIR", "/var/lib/x",
                "FAIRLEAD_SERVER_VERBOSE", "true",
                "FAIRLEAD_SERVER_STAGES", "10, 20,",
                "FAIRLEAD_SERVER_POOL_SIZE", "16",
                "FAIRLEAD_SERVER_TIMEOUT", "",
                "FAIRLEAD_SERVER_KEY", "s3"));

    assertThat(server.port()).as("the well-known name wins").isEqualTo(7777);
    assertThat(server.dataDir()).isEqualTo("/var/lib/x");
    assertThat(server.verbose()).isTrue();
    assertThat(server.stages()).containsExactly(10, 20);
    assertThat(server.pool().size()).isEqualTo(16);
    assertThat(server.timeout()).as("empty counts as unset").isEqualTo(Duration.ofSeconds(30));
    assertThat(server.key().reveal()).isEqualTo("s3");
  }

  @Test
  void environment_setsKeysOfNamedEntries() {
    ConfigSource config =
        ConfigSource.parse(
            "f",
            "providers: {my-lab: {kind: openai}}",
            Map.of("FAIRLEAD_PROVIDERS_MY_LAB_API_KEY", "sk-1"));

    Entry entry = config.namedEntries("providers", Entry.class, ENTRY_DEFAULTS).get("my-lab");

    assertThat(entry).isNotNull().extracting(e -> e.apiKey().reveal()).isEqualTo("sk-1");
  }

  @ParameterizedTest
  @CsvSource({
    "'server: { data_dir: /file }', '', '', /file",
    "'server: { data_dir: /file }', /generic, '', /generic",
    "'server: { data_dir: /file, other: 1 }', /generic, /known, /known",
    "'server: { data_dir: }', '', '',",
    "'server: { port: 1 }', '', '',",
    "'', '', '',"
  })
  void text_isRead_fromASectionOfAnother(
      String yaml, String generic, String known, @Nullable String expected) {
    Map<String, String> environment =
        Map.of("FAIRLEAD_SERVER_DATA_DIR", generic, "FAIRLEAD_DATA_DIR", known);
    ConfigSource config = ConfigSource.parse("f", yaml, environment);
    assertThat(config.text("server", "data_dir")).isEqualTo(Optional.ofNullable(expected));
  }

  @Test
  void section_isTheSame_eachTimeItIsRead() {
    ConfigSource config =
        ConfigSource.parse(
            "f", "server: {pool: {size: 8}}", Map.of("FAIRLEAD_SERVER_POOL_IDLE", "9s"));

    assertThat(config.section("server", Server.class))
        .isEqualTo(config.section("server", Server.class));
    assertThat(config.has("server")).isTrue();
    assertThat(config.has("cache")).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "250ms,250",
    "0.5s,500",
    "30s,30000",
    "30,30000",
    "1.5,1500",
    "5m,300000",
    "2h,7200000",
    "7d,604800000",
    "0,0",
    "' 10 s ',10000"
  })
  void duration_isRead_inEveryForm(String text, long millis) {
    assertThat(server("server: {timeout: \"" + text + "\"}").timeout())
        .isEqualTo(Duration.ofMillis(millis));
    assertThat(server("", Map.of("FAIRLEAD_SERVER_TIMEOUT", text)).timeout())
        .isEqualTo(Duration.ofMillis(millis));
  }

  @ParameterizedTest
  @ValueSource(strings = {"soon", "-5s", "5 weeks", "PT5S", "5ss"})
  void duration_isRefused_withItsForms(String text) {
    assertThatThrownBy(() -> server("server: {timeout: " + text + "}"))
        .isInstanceOf(ConfigException.class)
        .hasMessageStartingWith(
            "fairlead.yaml: server.timeout: \"" + text + "\" (expected: a duration such as 250ms");
  }

  @Test
  void placeholders_areReplacedOnce() {
    Server server =
        server(
            "server: {port: \"${P}\", data_dir: \"${A}/${B:-b}/${C:-c}\", key: \"${K}\", stages:"
                + " [\"${P}\"]}",
            Map.of("P", "81", "A", "${B}$1\\", "C", ""));

    assertThat(server.port()).isEqualTo(81);
    assertThat(server.dataDir()).isEqualTo("${B}$1\\/b/c");
    assertThat(server.key().isEmpty()).as("unset gives an empty text").isTrue();
    assertThat(server.stages()).containsExactly(81);
    assertThat(server("server: {data_dir: '$HOME and $5'}").dataDir()).isEqualTo("$HOME and $5");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "port: eighty        | server.port: \"eighty\" (expected: a whole number)",
        "port: 80.5          | server.port: 80.5 (expected: a whole number)",
        "port: ''            | server.port: missing (expected: a whole number)",
        "port: [1, 2]        | server.port: a list (expected: a whole number)",
        "ratio: much         | server.ratio: \"much\" (expected: a number)",
        "verbose: maybe      | server.verbose: \"maybe\" (expected: true or false)",
        "level: loud         | server.level: \"loud\" (expected: one of: debug, info)",
        "stages: [1, x]      | server.stages[1]: \"x\" (expected: a whole number)",
        "pool: 5             | server.pool: 5 (expected: a mapping)",
        "pool: {size: x}     | server.pool.size: \"x\" (expected: a whole number)",
        "port: 70000         | server.port: 70000 (expected: 0..65535)",
        "ratio: 1.5          | server.ratio: 1.5 (expected: 0.0..1.0)",
        "pool: {size: 0}     | server.pool.size: 0 (expected: 1..64)",
        "data_dir: /         | server.data_dir: / (expected: a folder of its own)",
      })
  void wrongValue_isNamed_withFileKeyAndExpectation(String yaml, String complaint) {
    assertThatThrownBy(() -> server("server: {" + yaml + "}"))
        .isInstanceOf(ConfigException.class)
        .hasMessage("fairlead.yaml: " + complaint);
  }

  @Test
  void wrongValue_isRefused_whenItDoesNotFitTheType() {
    assertThatThrownBy(() -> server("server: {port: 99999999999}"))
        .isInstanceOf(ConfigException.class)
        .hasMessageStartingWith("fairlead.yaml: server.port: 99999999999 (expected: ");
  }

  @Test
  void wrongValue_namesTheVariable_whenItCameFromTheEnvironment() {
    assertThatThrownBy(() -> server("server: {port: 1}", Map.of("PORT", "http")))
        .hasMessage("environment variable PORT: server.port: \"http\" (expected: a whole number)");
    assertThatThrownBy(() -> server("", Map.of("FAIRLEAD_SERVER_POOL_SIZE", "99")))
        .hasMessage(
            "environment variable FAIRLEAD_SERVER_POOL_SIZE: server.pool.size: 99 (expected:"
                + " 1..64)");
    assertThatThrownBy(() -> server("", Map.of("FAIRLEAD_SERVER_STAGES", "1,x")))
        .hasMessage(
            "environment variable FAIRLEAD_SERVER_STAGES: server.stages[1]: \"x\" (expected: a"
                + " whole number)");
  }

  @Test
  void unknownKey_isRefused_withTheNearestOne() {
    assertThatThrownBy(() -> server("server: {prot: 1}"))
        .hasMessage("fairlead.yaml: unknown key `server.prot`; did you mean `port`?");
    assertThatThrownBy(() -> server("server: {pool: {sise: 1}}"))
        .hasMessage("fairlead.yaml: unknown key `server.pool.sise`; did you mean `size`?");
    assertThatThrownBy(() -> server("server: {wholly_else: 1}"))
        .hasMessageContaining(
            "unknown key `server.wholly_else` (expected one of: data_dir, key, level,");
  }

  @Test
  void unknownSection_isRefused_withTheNearestOne() {
    assertThatThrownBy(() -> server("sever: {port: 1}"))
        .hasMessage("fairlead.yaml: unknown section `sever`; did you mean `server`?");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "server: {port: 1, port: 2}",
        "server: {port: 1}\nserver: {port: 2}",
        "server: {port: 1",
        "server:\n\tport: 1",
        "server: 'a",
      })
  void invalidYaml_isRefused(String yaml) {
    assertThatThrownBy(() -> server(yaml))
        .isInstanceOf(ConfigException.class)
        .hasMessageStartingWith("fairlead.yaml: ")
        .hasMessageContaining("line ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"[1, 2]", "just text", "42"})
  void document_isRefused_whenItIsNoMapping(String yaml) {
    assertThatThrownBy(() -> server(yaml))
        .hasMessageEndingWith("(expected: a mapping of sections)");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "server: {key: {sk-canary: 1}}",
        "server: {key: [sk-canary, b]}",
        "server: sk-canary",
        "providers: sk-canary",
        "providers: {openai: sk-canary}",
        "providers: {openai: {api_key: [sk-canary]}}",
        "providers: {openai: {api_kee: sk-canary}}",
        "models: sk-canary",
        "models: [sk-canary]",
        "sk-canary",
        "providers:\n  openai:\n    api_key: sk-canary\n   kind: openai",
        "server: {key: \"sk-canary}",
      })
  void secret_isInNoMessage(String yaml) {
    assertThatThrownBy(
            () -> {
              ConfigSource config = ConfigSource.parse("f", yaml, Map.of());
              config.section("server", Server.class);
              config.namedEntries("providers", Entry.class, ENTRY_DEFAULTS);
              config.listEntries("models", Entry.class, ENTRY_DEFAULTS);
            })
        .isInstanceOf(ConfigException.class)
        .satisfies(error -> assertThat(stackTrace(error)).doesNotContain("canary"));
  }

  @Test
  void entries_areBoundInOrder_overTheirDefaults() {
    ConfigSource config =
        ConfigSource.parse(
            "f",
            "{providers: {b: {kind: mock}, a: {limit: 3}}, models: [{kind: x}, {kind: y, limit:"
                + " ''}]}",
            Map.of());

    Map<String, Entry> named = config.namedEntries("providers", Entry.class, ENTRY_DEFAULTS);
    List<Entry> listed = config.listEntries("models", Entry.class, ENTRY_DEFAULTS);

    assertThat(named.keySet()).containsExactly("b", "a");
    assertThat(named.get("a"))
        .isEqualTo(new Entry("openai", new Secret(""), 3, Duration.ofSeconds(10)));
    assertThat(listed).extracting(Entry::kind).containsExactly("x", "y");
    assertThat(listed.get(1).limit()).isNull();
    assertThat(config.listEntries("canary", Entry.class, ENTRY_DEFAULTS)).isEmpty();
    assertThat(config.namedEntries("canary", Entry.class, ENTRY_DEFAULTS)).isEmpty();
  }

  @Test
  void entry_isNamed_whenItIsWrong() {
    ConfigSource config =
        ConfigSource.parse(
            "f", "{providers: {a: {limit: x}}, models: [{}, {timeout: x}]}", Map.of());

    assertThatThrownBy(() -> config.namedEntries("providers", Entry.class, ENTRY_DEFAULTS))
        .hasMessage("f: providers.a.limit: \"x\" (expected: a whole number)");
    assertThatThrownBy(() -> config.listEntries("models", Entry.class, ENTRY_DEFAULTS))
        .hasMessageStartingWith("f: models[1].timeout: \"x\" (expected: a duration");
  }

  @Test
  void load_readsTheFileThatTheEnvironmentNames(@TempDir Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("my.yaml"), "server: {port: 5}");

    ConfigSource config =
        ConfigSource.load(Map.of("FAIRLEAD_CONFIG", file.toString(), "X", "y", "EMPTY", ""));

    assertThat(config.section("server", Server.class).port()).isEqualTo(5);
    assertThat(config.origin()).isEqualTo(file.toString());
    assertThat(config.environment("X")).contains("y");
    assertThat(config.environment("EMPTY")).isEmpty();
    assertThat(ConfigSource.load(Map.of()).section("server", Server.class).port()).isEqualTo(8080);
  }

  @Test
  void reread_seesTheFileAsItIsNow_andKeepsTheEnvironment(@TempDir Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("my.yaml"), "server: {port: 5}");
    ConfigSource before = ConfigSource.load(file, Map.of("FAIRLEAD_SERVER_TIMEOUT", "9s"));
    Files.writeString(file, "server: {port: 6}");

    Server after = before.reread().section("server", Server.class);

    assertThat(after.port()).isEqualTo(6);
    assertThat(after.timeout()).isEqualTo(Duration.ofSeconds(9));
    assertThat(before.section("server", Server.class).port()).isEqualTo(5);
    ConfigSource text = ConfigSource.parse("f", "", Map.of());
    assertThat(text.reread()).isSameAs(text);
  }

  @Test
  void load_namesTheFile_whenItCannotBeRead(@TempDir Path folder) {
    Path missing = folder.resolve("none.yaml");

    assertThatThrownBy(() -> ConfigSource.load(missing, Map.of()))
        .isInstanceOf(ConfigException.class)
        .hasMessageStartingWith(missing + ": cannot be read");
  }

  private static String stackTrace(Throwable error) {
    java.io.StringWriter text = new java.io.StringWriter();
    error.printStackTrace(new java.io.PrintWriter(text, true));
    return text.toString();
  }
}
