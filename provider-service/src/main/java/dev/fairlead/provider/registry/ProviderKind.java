package dev.fairlead.provider.registry;

import com.linecorp.armeria.client.ClientFactory;
import dev.fairlead.common.config.ConfigException;
import dev.fairlead.common.config.ConfigSource;
import dev.fairlead.common.config.Expect;
import dev.fairlead.common.config.Nearest;
import dev.fairlead.common.config.Secret;
import dev.fairlead.provider.anthropic.AnthropicConfig;
import dev.fairlead.provider.anthropic.AnthropicProvider;
import dev.fairlead.provider.bedrock.BedrockConfig;
import dev.fairlead.provider.bedrock.BedrockProvider;
import dev.fairlead.provider.call.ModelProvider;
import dev.fairlead.provider.gemini.GeminiConfig;
import dev.fairlead.provider.gemini.GeminiProvider;
import dev.fairlead.provider.mock.MockConfig;
import dev.fairlead.provider.mock.MockProvider;
import dev.fairlead.provider.onnx.OnnxConfig;
import dev.fairlead.provider.onnx.OnnxProvider;
import dev.fairlead.provider.openai.OpenAiConfig;
import dev.fairlead.provider.openai.OpenAiProvider;
import dev.fairlead.provider.openai.Quirks;
import dev.fairlead.provider.resilience.LimitSettings;
import dev.fairlead.provider.resilience.TimeSource;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.List;

/** The kinds of provider there are. A new one is a folder of its own and a constant here. */
enum ProviderKind {
  /** OpenAI and compatible servers. */
  OPENAI("openai") {
    @Override
    String vendor(Object config) {
      return ((OpenAiConfig) config).vendor();
    }

    @Override
    Object read(ConfigSource config, String name) {
      return checked(
          name, config.namedEntry("providers", name, OpenAiConfig.class, OpenAiConfig.DEFAULTS));
    }

    @Override
    ModelProvider create(String name, Object config, Parts parts) {
      return new OpenAiProvider(name, (OpenAiConfig) config, parts.limits(), parts.connections());
    }

    @Override
    Object withKey(Object config, Secret key) {
      return ((OpenAiConfig) config).withKey(key);
    }

    @Override
    boolean keyed() {
      return true;
    }
  },
  /** Anthropic's Messages API. */
  ANTHROPIC("anthropic") {
    @Override
    Object read(ConfigSource config, String name) {
      AnthropicConfig entry =
          config.namedEntry("providers", name, AnthropicConfig.class, AnthropicConfig.DEFAULTS);
      return new AnthropicConfig(
          checkedUrl(name, entry.baseUrl()), entry.apiKey(), entry.protocol());
    }

    @Override
    ModelProvider create(String name, Object config, Parts parts) {
      return new AnthropicProvider(
          name, (AnthropicConfig) config, parts.limits(), parts.connections());
    }

    @Override
    Object withKey(Object config, Secret key) {
      AnthropicConfig anthropic = (AnthropicConfig) config;
      return new AnthropicConfig(anthropic.baseUrl(), key, anthropic.protocol());
    }

    @Override
    boolean keyed() {
      return true;
    }
  },
  /** Google's Gemini API. */
  GEMINI("gemini") {
    @Override
    String vendor(Object config) {
      return "gcp.gemini";
    }

    @Override
    Object read(ConfigSource config, String name) {
      GeminiConfig entry =
          config.namedEntry("providers", name, GeminiConfig.class, GeminiConfig.DEFAULTS);
      return new GeminiConfig(checkedUrl(name, entry.baseUrl()), entry.apiKey());
    }

    @Override
    ModelProvider create(String name, Object config, Parts parts) {
      return new GeminiProvider(name, (GeminiConfig) config, parts.limits(), parts.connections());
    }

    @Override
    Object withKey(Object config, Secret key) {
      GeminiConfig gemini = (GeminiConfig) config;
      return new GeminiConfig(gemini.baseUrl(), key);
    }

    @Override
    boolean keyed() {
      return true;
    }
  },
  /** Amazon Bedrock. */
  BEDROCK("bedrock") {
    @Override
    String vendor(Object config) {
      return "aws.bedrock";
    }

    @Override
    Object read(ConfigSource config, String name) {
      BedrockConfig entry =
          config.namedEntry("providers", name, BedrockConfig.class, BedrockConfig.DEFAULTS);
      if (!entry.baseUrl().isEmpty()) {
        checkedUrl(name, entry.baseUrl());
      }
      return entry.completed(config::environment);
    }

    @Override
    ModelProvider create(String name, Object config, Parts parts) {
      return new BedrockProvider(name, (BedrockConfig) config, parts.limits(), parts.connections());
    }
  },
  /** Decoders exported to ONNX, run in this process. */
  ONNX("onnx") {
    @Override
    Object read(ConfigSource config, String name) {
      return local(
          config,
          name,
          config.namedEntry("providers", name, OnnxConfig.class, OnnxConfig.DEFAULTS));
    }

    @Override
    ModelProvider create(String name, Object config, Parts parts) {
      return OnnxProvider.load(name, (OnnxConfig) config);
    }
  },
  /** Models without a vendor. */
  MOCK("mock") {
    @Override
    Object read(ConfigSource config, String name) {
      MockConfig entry =
          config.namedEntry("providers", name, MockConfig.class, MockConfig.DEFAULTS);
      return MockEnvironment.over(config, entry);
    }

    @Override
    ModelProvider create(String name, Object config, Parts parts) {
      return new MockProvider((MockConfig) config, parts.time());
    }
  };

  private final String label;

  ProviderKind(String label) {
    this.label = label;
  }

  /** What adapters share. */
  record Parts(LimitSettings limits, ClientFactory connections, TimeSource time) {}

  /**
   * Value of {@code gen_ai.provider.name}: a name of the conventions where they have one, else
   * ours.
   */
  String vendor(Object config) {
    return label;
  }

  /** As the configuration says it. */
  String label() {
    return label;
  }

  /** The entry of {@code providers}, bound and checked; equal for equal configuration. */
  abstract Object read(ConfigSource config, String name);

  /** An adapter for an entry that {@link #read} has made. */
  abstract ModelProvider create(String name, Object config, Parts parts);

  /** Whether it is called with keys, of which an entry may list several as {@code api_keys}. */
  boolean keyed() {
    return false;
  }

  /** The entry with that key; only for kinds that are {@link #keyed}. */
  Object withKey(Object config, Secret key) {
    throw new IllegalStateException(label + " has no keys");
  }

  static List<String> labels() {
    return Arrays.stream(values()).map(ProviderKind::label).toList();
  }

  static String checkedUrl(String name, String baseUrl) {
    return BaseUrl.check("providers." + name + ".base_url", baseUrl);
  }

  static OpenAiConfig checked(String name, OpenAiConfig config) {
    String baseUrl = checkedUrl(name, config.baseUrl());
    if (!config.quirks().isEmpty() && Quirks.named(config.quirks()).isEmpty()) {
      throw new ConfigException(
          "providers."
              + name
              + ".quirks: `"
              + config.quirks()
              + "` is not known"
              + Nearest.hint(config.quirks(), Quirks.labels()));
    }
    return new OpenAiConfig(
        baseUrl, config.apiKey(), config.protocol(), config.quirks(), config.apiVersion());
  }

  /**
   * {@code LOCAL_MODEL_PATH} fills in for a missing path; {@code MAX_BATCH_SIZE} wins over the
   * file.
   */
  static OnnxConfig local(ConfigSource config, String name, OnnxConfig entry) {
    String path =
        entry.modelPath().isEmpty()
            ? config.environment("LOCAL_MODEL_PATH").orElse("")
            : entry.modelPath();
    Expect.present("providers." + name + ".model_path", path);
    int batch =
        config
            .environment("MAX_BATCH_SIZE")
            .map(value -> (int) MockEnvironment.number("MAX_BATCH_SIZE", value))
            .orElse(entry.maxBatchSize());
    return new OnnxConfig(path, entry.sha256(), entry.threads(), batch, entry.queue());
  }

  /** The mock's variables, which win over the file. */
  static final class MockEnvironment {
    private MockEnvironment() {}

    static MockConfig over(ConfigSource config, MockConfig entry) {
      return new MockConfig(
          config
              .environment("MOCK_MEAN_LATENCY_MS")
              .map(v -> number("MOCK_MEAN_LATENCY_MS", v))
              .orElse(entry.meanLatencyMs()),
          config
              .environment("MOCK_P95_LATENCY_MS")
              .map(v -> number("MOCK_P95_LATENCY_MS", v))
              .orElse(entry.p95LatencyMs()),
          entry.tokensPerSecond(),
          config
              .environment("MOCK_ERROR_RATE")
              .map(v -> number("MOCK_ERROR_RATE", v))
              .orElse(entry.errorRate()),
          entry.seed(),
          config
              .environment("MOCK_COST_PER_1K_TOKENS_USD")
              .map(v -> BigDecimal.valueOf(number("MOCK_COST_PER_1K_TOKENS_USD", v)))
              .orElse(entry.costPer1kTokensUsd()));
    }

    private static double number(String name, String value) {
      try {
        return Double.parseDouble(value.trim());
      } catch (NumberFormatException e) {
        throw new ConfigException(name + ": " + value + " (expected: a number)");
      }
    }
  }
}
