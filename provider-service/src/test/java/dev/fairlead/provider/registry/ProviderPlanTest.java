package dev.fairlead.provider.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.catalog.ModelConfig;
import dev.fairlead.catalog.ModelsConfig;
import dev.fairlead.catalog.pricelist.PriceList;
import dev.fairlead.catalog.pricelist.PriceLists;
import dev.fairlead.common.config.ConfigException;
import dev.fairlead.common.config.ConfigSource;
import dev.fairlead.provider.ProviderSettings;
import dev.fairlead.provider.bedrock.BedrockConfig;
import dev.fairlead.provider.mock.MockConfig;
import dev.fairlead.provider.onnx.OnnxConfig;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProviderPlanTest {

  private static ProviderPlan plan(String yaml, Map<String, String> environment) {
    return ProviderPlan.read(ConfigSource.parse("test.yaml", yaml, environment));
  }

  private static List<String> ids(ProviderPlan plan) {
    return plan.models().stream().map(ModelConfig::id).toList();
  }

  private static final String LAB =
      """
      providers: { lab: { kind: openai, base_url: "http://127.0.0.1:9/v1/" } }
      models: [ { id: m, provider: lab, price: { input: 1, output: 2 } } ]
      """;

  @Test
  void mocks_areThere_whenNothingIsConfigured() {
    ProviderPlan plan = plan("", Map.of());
    assertThat(ids(plan)).containsExactly("mock-cheap", "mock-standard", "mock-quality");
    assertThat(plan.warnings()).isEmpty();
  }

  @Test
  void openAiModels_takeTheirPlace_whenAKeyIsSet() {
    ProviderPlan plan = plan("", Map.of("OPENAI_API_KEY", "sk-x"));
    assertThat(ids(plan))
        .contains("gpt-4o-mini", "gpt-4o", "gpt-5-mini")
        .noneMatch(id -> id.startsWith("mock"));
    assertThat(plan.toString()).doesNotContain("sk-x");
  }

  @Test
  void onlyTheNamedModels_areServed_whenOpenAiModelIsSet() {
    Map<String, String> environment =
        Map.of("OPENAI_API_KEY", "sk-x", "OPENAI_MODEL", "gpt-4o-mini, my-tuned");
    ProviderPlan plan = plan("", environment);
    assertThat(ids(plan)).containsExactly("gpt-4o-mini", "my-tuned");
    assertThat(plan.warnings()).anyMatch(warning -> warning.contains("my-tuned has no price"));
  }

  private static ModelConfig model(ProviderPlan plan, String id) {
    return plan.models().stream().filter(m -> m.id().equals(id)).findFirst().orElseThrow();
  }

  private static BigDecimal input(ProviderPlan plan, String id) {
    return Objects.requireNonNull(Objects.requireNonNull(model(plan, id).price()).input());
  }

  @Test
  void model_takesFromTheTable_whatItsEntryLeavesOut() {
    String yaml =
        """
        providers:
          groq: { kind: openai, base_url: "https://api.groq.com/openai/v1", api_key: k }
          lab: { kind: openai, base_url: "http://127.0.0.1:9/v1" }
        models:
          - { id: fast, provider: groq, upstream: llama-3.1-8b-instant }
          - { id: own, provider: groq, upstream: llama-3.3-70b-versatile, price: { input: 7 } }
          - { id: mixtral-8x7b, provider: lab, capabilities: [] }
          - { id: gpt-4, provider: lab }
          - { id: unheard-of, provider: lab }
        """;
    ProviderPlan plan = plan(yaml, Map.of());

    assertThat(input(plan, "fast")).isEqualByComparingTo("0.05");
    assertThat(model(plan, "fast").contextWindow()).isEqualTo(131_072);
    assertThat(model(plan, "fast").capabilities()).isNotEmpty();
    assertThat(input(plan, "own")).as("an entry's own price counts").isEqualByComparingTo("7");
    assertThat(input(plan, "mixtral-8x7b")).isEqualByComparingTo("0.54");
    assertThat(model(plan, "mixtral-8x7b").capabilities()).isEmpty();
    assertThat(input(plan, "gpt-4")).isEqualByComparingTo("30");
    assertThat(plan.warnings())
        .containsExactly(
            "model gpt-4 has no price: OpenAI's is taken for a model of that name, but who runs"
                + " provider lab is not known",
            "model unheard-of has no price: its cost is not known and counts as 0");
  }

  @Test
  void localModels_areFree_andNamedAfterTheirFolder(@TempDir Path folder) throws IOException {
    Files.createDirectory(folder.resolve("gpt2"));
    Path own = Files.createDirectory(folder.resolve("my decoder"));
    Files.writeString(own.resolve("config.json"), "{\"max_position_embeddings\": 2048}");

    ProviderPlan shipped = plan("", Map.of("LOCAL_MODEL_PATH", "shipped"));
    assertThat(ids(shipped)).containsExactly("fairlead-decoder");
    assertThat(input(shipped, "fairlead-decoder")).isZero();
    assertThat(model(shipped, "fairlead-decoder").contextWindow()).isEqualTo(256);

    ProviderPlan known = plan("", Map.of("LOCAL_MODEL_PATH", folder.resolve("gpt2") + "/"));
    assertThat(model(known, "local-gpt2").contextWindow()).as("by the table").isEqualTo(1024);

    ProviderPlan unknown = plan("", Map.of("LOCAL_MODEL_PATH", own.toString()));
    assertThat(model(unknown, "local-my-decoder").contextWindow()).as("by config").isEqualTo(2048);
    assertThat(input(unknown, "local-my-decoder")).isZero();
    assertThat(List.of(shipped, known, unknown)).allMatch(plan -> plan.warnings().isEmpty());
  }

  @Test
  void localModel_costsWhatItsEntrySays() {
    String yaml =
        """
        providers: { here: { kind: onnx, model_path: shipped, max_batch_size: 2 } }
        models:
          - { id: a, provider: here }
          - { id: b, provider: here, price: { input: 3, output: 4 }, context_window: 100 }
        """;
    ProviderPlan plan = plan(yaml, Map.of("MAX_BATCH_SIZE", "5"));

    assertThat(input(plan, "a")).isZero();
    assertThat(model(plan, "a").contextWindow()).isEqualTo(256);
    assertThat(input(plan, "b")).isEqualByComparingTo("3");
    assertThat(model(plan, "b").contextWindow()).isEqualTo(100);
    assertThat(plan.warnings()).isEmpty();
    assertThat(plan.providers().getFirst().config())
        .isInstanceOfSatisfying(
            OnnxConfig.class, local -> assertThat(local.maxBatchSize()).isEqualTo(5));
  }

  @Test
  void priceList_countsBeforeTheTable_andAfterTheEntry() {
    PriceList list =
        PriceLists.parse(
            "list",
            """
            models:
              - { id: llama-3.1-8b-instant, provider: groq, price: { input: 1, output: 2 } }
              - { id: new, provider: groq, price: { input: 3 }, context_window: 5 }
            """
                .getBytes(StandardCharsets.UTF_8),
            "2026-11-21");
    String yaml =
        """
        providers:
          groq: { kind: openai, base_url: "https://api.groq.com/openai/v1", api_key: k }
        models:
          - { id: llama-3.1-8b-instant, provider: groq }
          - { id: b, provider: groq, upstream: llama-3.1-8b-instant, price: { input: 9 } }
          - { id: new, provider: groq }
        """;
    ProviderPlan plan = ProviderPlan.read(ConfigSource.parse("test.yaml", yaml, Map.of()), list);

    assertThat(input(plan, "llama-3.1-8b-instant")).isEqualByComparingTo("1");
    assertThat(model(plan, "llama-3.1-8b-instant").contextWindow())
        .as("what the list leaves out is in the table")
        .isEqualTo(131_072);
    assertThat(input(plan, "b")).isEqualByComparingTo("9");
    assertThat(input(plan, "new")).isEqualByComparingTo("3");
    assertThat(plan.warnings()).isEmpty();
  }

  @Test
  void vendorsModels_areServed_whenNoneAreNamed() {
    String yaml =
        """
        providers:
          groq: { kind: openai, base_url: "https://api.groq.com/openai/v1", api_key: k }
          together: { kind: openai, base_url: "https://api.together.xyz/v1", api_key: k }
          lab: { kind: openai, base_url: "http://127.0.0.1:9/v1" }
        """;
    ProviderPlan plan = plan(yaml, Map.of());

    assertThat(ids(plan))
        .contains("llama-3.1-8b-instant", "zai-org/GLM-5.2")
        .doesNotHaveDuplicates();
    assertThat(model(plan, "openai/gpt-oss-120b").provider()).as("the first").isEqualTo("groq");
    assertThat(plan.warnings()).containsExactly("provider lab has no models");
  }

  @Test
  void mocks_areAdded_whenAskedFor() {
    assertThat(ids(plan(LAB, Map.of()))).containsExactly("m");
    assertThat(ids(plan(LAB, Map.of("ENABLE_MOCK_PROVIDER", "1"))))
        .contains("m", "mock-cheap", "mock-quality");
  }

  @Test
  void configuredMock_isKept_besideOthers() {
    String yaml =
        """
        providers:
          mock: { kind: mock, mean_latency_ms: 40, p95_latency_ms: 120, error_rate: 0.01 }
          lab: { kind: openai }
        models: [ { id: m, provider: mock, upstream: free text } ]
        """;
    assertThat(ids(plan(yaml, Map.of()))).containsExactly("m");
  }

  @Test
  void mockVariables_winOverTheFile() {
    ProviderPlan plan =
        plan(
            "providers: { mock: { kind: mock, mean_latency_ms: 40, error_rate: 0.5 } }",
            Map.of(
                "MOCK_MEAN_LATENCY_MS",
                "7",
                "MOCK_P95_LATENCY_MS",
                "9",
                "MOCK_ERROR_RATE",
                "0",
                "MOCK_COST_PER_1K_TOKENS_USD",
                "0.002"));
    MockConfig mock = (MockConfig) plan.providers().getFirst().config();
    assertThat(mock.meanLatencyMs()).isEqualTo(7);
    assertThat(mock.p95LatencyMs()).isEqualTo(9);
    assertThat(mock.errorRate()).isZero();
    assertThat(Objects.requireNonNull(plan.models().getFirst().price()).input())
        .isEqualByComparingTo(BigDecimal.valueOf(2));
  }

  @Test
  void anthropic_isThere_whenItsKeyIsSet() {
    ProviderPlan plan = plan("", Map.of("ANTHROPIC_API_KEY", "canary-a"));
    assertThat(plan.providers()).singleElement().matches(p -> p.kind() == ProviderKind.ANTHROPIC);
    assertThat(plan.models()).isNotEmpty().allMatch(model -> model.id().startsWith("claude-"));
    assertThat(plan.toString()).doesNotContain("canary-a");
  }

  @Test
  void gemini_isThere_whenItsKeyIsSet() {
    ProviderPlan plan = plan("", Map.of("GEMINI_API_KEY", "canary-g"));
    assertThat(plan.providers()).singleElement().matches(p -> p.kind() == ProviderKind.GEMINI);
    assertThat(plan.toString()).doesNotContain("canary-g");
  }

  @Test
  void bedrock_isThere_onlyWhenItsOwnNamesAreSet() {
    Map<String, String> keys =
        Map.of("AWS_ACCESS_KEY_ID", "AKIACANARY", "AWS_SECRET_ACCESS_KEY", "canary-s");
    assertThat(plan("", keys).providers()).allMatch(p -> p.kind() == ProviderKind.MOCK);
    Map<String, String> asked = new java.util.HashMap<>(keys);
    asked.put("BEDROCK_REGION", "eu-central-1");
    asked.put("BEDROCK_MODEL_ID", "anthropic.claude-x, amazon.nova-lite-v1:0");
    ProviderPlan plan = plan("", asked);
    assertThat(ids(plan)).containsExactly("anthropic.claude-x", "amazon.nova-lite-v1:0");
    BedrockConfig config = (BedrockConfig) plan.providers().getFirst().config();
    assertThat(config.region()).isEqualTo("eu-central-1");
    assertThat(config.accessKeyId()).isEqualTo("AKIACANARY");
    assertThat(plan.toString()).doesNotContain("canary-s");
  }

  @Test
  void bedrockEntry_winsOverTheEnvironment() {
    String yaml =
        "providers: { aws: { kind: bedrock, region: us-west-2, profile: dev } }\n"
            + "models: [ { id: m, provider: aws, price: { input: 1, output: 1 } } ]";
    Map<String, String> environment =
        Map.of(
            "BEDROCK_REGION", "eu-west-1", "AWS_ACCESS_KEY_ID", "a", "AWS_SECRET_ACCESS_KEY", "b");
    BedrockConfig config = (BedrockConfig) plan(yaml, environment).providers().getFirst().config();
    assertThat(config.region()).isEqualTo("us-west-2");
    assertThat(config.profile()).isEqualTo("dev");
    assertThat(config.accessKeyId()).isEmpty();
  }

  @Test
  void trailingSlash_isDropped() {
    assertThat(plan(LAB, Map.of()).providers().getFirst().config().toString())
        .contains("http://127.0.0.1:9/v1,");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "providers: { x: { kind: cohere } }|providers.x.kind: `cohere` is not a kind of this"
            + " version; available: openai, anthropic, gemini, bedrock, onnx, mock",
        "providers: { x: { kind: openai, quirks: olama } }|providers.x.quirks: `olama` is not"
            + " known; did you mean `ollama`?",
        "providers: { x: { kind: opnai } }|did you mean `openai`?",
        "providers: { x: { base_url: http://a/v1 } }|providers.x.kind: missing (expected one of:"
            + " openai, anthropic, gemini, bedrock, onnx, mock)",
        "providers: { x: { kind: openai, bas_url: http://a/v1 } }|did you mean `base_url`?",
        "providers: { x: { kind: openai, base_url: nonsense } }|providers.x.base_url: nonsense "
            + "(expected: an http or https URL",
        "providers: { x: { kind: gemini, base_url: 'http://169.254.169.254' } }|"
            + "providers.x.base_url",
        "providers: { x: { kind: bedrock, base_url: 'http://169.254.169.254' } }|"
            + "providers.x.base_url",
        "providers: { x: { kind: bedrock, access_key_id: AKIA } }|secret_access_key: missing"
            + " (expected: together with access_key_id)",
        "providers: { x: { kind: mock, error_rate: 2 } }|error_rate: 2.0 (expected: 0.0..1.0)",
        "models: [ { id: a, provider: mock, tier: cheep } ]|tier",
        "models: [ { provider: mock } ]|models[].id: missing",
        "models: [ { id: auto, provider: mock } ]|a name other than auto",
        "models: [ { id: a, provider: mock, price: { input: -1 } } ]|price.input: -1 (expected:"
            + " 0..1000000"
      })
  void mistakes_areNamed(String yaml, String message) {
    assertThatThrownBy(() -> plan(yaml, Map.of()))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("test.yaml")
        .hasMessageContaining(message);
  }

  @Test
  void unknownProviderAndDuplicateId_areNamed() {
    ProviderPlan typo = plan(LAB.replace("provider: lab", "provider: labb"), Map.of());
    assertThatThrownBy(() -> ModelsConfig.catalog(1, typo.models(), List.of("lab")))
        .hasMessageContaining("models[m].provider: unknown provider `labb`; did you mean `lab`?");
    ModelConfig model = plan(LAB, Map.of()).models().getFirst();
    assertThatThrownBy(() -> ModelsConfig.catalog(1, List.of(model, model), List.of("lab")))
        .hasMessageContaining("an id that no other model has");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://169.254.169.254/v1",
        "http://169.254.0.7:80/",
        "http://2852039166/v1",
        "http://0xa9fea9fe/v1",
        "http://0xA9.0xFE.0xA9.0xFE/",
        "http://0251.0376.0251.0376/",
        "http://169.16689662/",
        "http://[fe80::1]/v1",
        "http://[::ffff:169.254.169.254]/v1",
        "http://[::ffff:a9fe:a9fe]/",
        "http://metadata.google.internal/v1",
        "http://METADATA.google.internal./v1",
        "http://user:pass@host/v1",
        "ftp://host/v1",
        "http://host:0/v1",
        "http://host:65536/v1",
        "http://0.0.0.0/v1",
        "http://host/v1?x=1",
        "//host/v1",
        "http:///v1",
        "http://[fd00:ec2::254]/",
        "http://[::169.254.169.254]/",
        "http://[64:ff9b::a9fe:a9fe]/",
        "http://[ff02::1]/",
        "http://h\u00f6st/v1"
      })
  void b2_baseUrl_isRefused(String url) {
    assertThatThrownBy(() -> BaseUrl.check("providers.x.base_url", url))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("providers.x.base_url")
        .message()
        .doesNotContain("pass");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://api.openai.com/v1",
        "http://127.0.0.1:11434/v1",
        "http://localhost:8000/v1",
        "http://10.1.2.3/v1",
        "http://[::1]:8000/v1",
        "http://192.168.0.9/",
        "http://vllm.internal:8000/v1"
      })
  void b2_baseUrl_isTaken(String url) {
    assertThatCode(() -> BaseUrl.check("k", url)).doesNotThrowAnyException();
  }

  @Test
  void referenceFile_andRecordAgree() throws ReflectiveOperationException {
    ProviderSettings settings =
        ConfigSource.parse("t", "", Map.of()).section("provider", ProviderSettings.class);
    assertNoNulls(settings);
    assertThatThrownBy(() ->
            ConfigSource.parse("t", "provider: { retry: { max_retry: 1 } }", Map.of())
                .section("provider", ProviderSettings.class))
        .hasMessageContaining("max_retries");
  }

  private static void assertNoNulls(Object section) throws ReflectiveOperationException {
    for (RecordComponent component : section.getClass().getRecordComponents()) {
      component.getAccessor().setAccessible(true);
      Object value = component.getAccessor().invoke(section);
      assertThat(value).as(component.getName()).isNotNull();
      if (value instanceof Record nested) {
        assertNoNulls(nested);
      }
    }
  }
}
