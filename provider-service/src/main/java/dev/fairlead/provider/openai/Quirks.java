package dev.fairlead.provider.openai;

import static dev.fairlead.provider.openai.Quirks.Trait.API_KEY_HEADER;
import static dev.fairlead.provider.openai.Quirks.Trait.DEVELOPER_ROLE;
import static dev.fairlead.provider.openai.Quirks.Trait.NEW_BOUND;
import static dev.fairlead.provider.openai.Quirks.Trait.NO_STREAM_OPTIONS;
import static dev.fairlead.provider.openai.Quirks.Trait.OLD_BOUND_ONLY;
import static dev.fairlead.provider.openai.Quirks.Trait.ONE_CHOICE;
import static dev.fairlead.provider.openai.Quirks.Trait.RANDOM_SEED;
import static dev.fairlead.provider.openai.Quirks.Trait.REASONING_BACK;
import static dev.fairlead.provider.openai.Quirks.Trait.RESPONSES;

import dev.fairlead.catalog.VendorHosts;
import dev.fairlead.common.failure.Failure;
import dev.fairlead.common.failure.FailureException;
import java.net.URI;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Where a server of the dialect departs from OpenAI's own. Chosen by {@code quirks} in the
 * provider's entry, else by its address. Here is what it would ignore, or calls by another name;
 * what it refuses and an answer can do without is in {@link Unwelcome}. The pages named were read
 * in November 2026, as copies that may be older; of Mistral's, what is refused rests on reports of
 * users (the issues named), and where Responses are served rests for OpenAI and Azure on common
 * knowledge, for the others on the pages. Nothing of it has been tried against the vendors' own
 * servers.
 */
public enum Quirks {
  /** OpenAI itself: platform.openai.com/docs/api-reference/chat and /responses. */
  OPENAI("openai", NEW_BOUND, DEVELOPER_ROLE, RESPONSES),
  /**
   * Azure OpenAI: the key in {@code api-key}; either {@code /openai/v1} with the deployment as the
   * model, or {@code /openai/deployments/NAME} with {@code api-version}
   * (learn.microsoft.com/azure/foundry/openai/api-version-lifecycle). Responses are passed through
   * in the first form only.
   */
  AZURE("azure", API_KEY_HEADER, NEW_BOUND, DEVELOPER_ROLE, RESPONSES),
  /**
   * vLLM: {@code user} and {@code parallel_tool_calls} are ignored; both bounds, {@code n} and
   * usage in streams are known (docs.vllm.ai/en/stable/serving/openai_compatible_server). It serves
   * Responses (docs.vllm.ai/en/stable/serving/online_serving).
   */
  VLLM("vllm", RESPONSES),
  /**
   * Ollama: of the request fields it lists, {@code max_tokens} is the only bound, and {@code n} is
   * missing, so that both others are ignored without a word
   * (docs.ollama.com/api/openai-compatibility).
   */
  OLLAMA("ollama", OLD_BOUND_ONLY, ONE_CHOICE),
  /** llama.cpp's server: {@code max_tokens} is the bound (its README, tools/server). */
  LLAMA_CPP("llamacpp", OLD_BOUND_ONLY),
  /** Groq: {@code n} must be 1. It serves Responses (both console.groq.com/docs/openai). */
  GROQ("groq", NEW_BOUND, ONE_CHOICE, RESPONSES),
  /**
   * Mistral: unknown members are refused, among them {@code max_completion_tokens} and {@code
   * stream_options}; the seed is {@code random_seed}; usage always comes with the last chunk
   * (docs.mistral.ai/api; mistralai/platform-docs-public#7, editor-code-assistant/eca#231,
   * posit-dev/chatlas#145).
   */
  MISTRAL("mistral", OLD_BOUND_ONLY, NO_STREAM_OPTIONS, RANDOM_SEED),
  /**
   * DeepSeek: {@code max_tokens} is the bound, {@code n} is not known (api-docs.deepseek.com).
   * While it thinks, turns that have called tools are refused without their {@code
   * reasoning_content}, even an empty one (api-docs.deepseek.com/guides/thinking_mode,
   * NousResearch/hermes-agent#15353).
   */
  DEEPSEEK("deepseek", OLD_BOUND_ONLY, ONE_CHOICE, REASONING_BACK),
  /** Together: {@code max_tokens} is the bound (docs.together.ai/reference/chat-completions). */
  TOGETHER("together", OLD_BOUND_ONLY),
  /**
   * OpenRouter: usage always comes, {@code include_usage} has no effect
   * (openrouter.ai/docs/use-cases/usage-accounting). It serves Responses, as a beta and without
   * state (openrouter.ai/docs/api/reference/responses/overview).
   */
  OPENROUTER("openrouter", RESPONSES),
  /**
   * xAI: {@code max_tokens} is deprecated; reasoning models refuse penalties and {@code stop}
   * themselves (docs.x.ai/docs/api-reference). Responses are its preferred API
   * (docs.x.ai/developers/model-capabilities/text/generate-text).
   */
  XAI("xai", NEW_BOUND, RESPONSES),
  /** Any other server. */
  COMPATIBLE("compatible");

  private static final List<String> AZURE_DOMAINS =
      List.of(".openai.azure.com", ".services.ai.azure.com", ".cognitiveservices.azure.com");
  private static final int OLLAMA_PORT = 11_434;
  private static final Pattern THINKS = Pattern.compile("(?:o[1-9]|gpt-[5-9])(?![a-z])");

  private final String label;
  private final Set<Trait> traits;

  Quirks(String label, Trait... traits) {
    this.label = label;
    this.traits = EnumSet.noneOf(Trait.class);
    this.traits.addAll(Arrays.asList(traits));
  }

  /** One way to depart from what most servers do. */
  enum Trait {
    /** The key stands alone in {@code api-key}. */
    API_KEY_HEADER,
    /** A bound of ours is {@code max_completion_tokens}; some models reject the old name. */
    NEW_BOUND,
    /** A client's {@code max_completion_tokens} must become {@code max_tokens}. */
    OLD_BOUND_ONLY,
    /** {@code stream_options} are refused; usage comes without being asked for. */
    NO_STREAM_OPTIONS,
    /** {@code n} above 1 is refused here, where it would be ignored there or fail. */
    ONE_CHOICE,
    /** The seed's name is {@code random_seed}. */
    RANDOM_SEED,
    /** What was thought in earlier turns goes back as {@code reasoning_content}. */
    REASONING_BACK,
    /** Responses are served beside chat. */
    RESPONSES,
    /** Instructions of the role {@code developer} are known. */
    DEVELOPER_ROLE
  }

  /** As configuration says it. */
  public String label() {
    return label;
  }

  /** Every label. */
  public static List<String> labels() {
    return Arrays.stream(values()).map(Quirks::label).toList();
  }

  /** The quirks of that label; empty when there are none of it. */
  public static Optional<Quirks> named(String label) {
    return Arrays.stream(values()).filter(quirks -> quirks.label.equals(label)).findFirst();
  }

  /** The quirks of the server at an address. */
  public static Quirks at(String baseUrl) {
    URI address = URI.create(baseUrl);
    String host = address.getHost() == null ? "" : address.getHost().toLowerCase(Locale.ROOT);
    if (AZURE_DOMAINS.stream().anyMatch(host::endsWith)) {
      return AZURE;
    }
    if (address.getPort() == OLLAMA_PORT || host.equals("ollama.com")) {
      return OLLAMA;
    }
    return VendorHosts.of(baseUrl).flatMap(Quirks::named).orElse(COMPATIBLE);
  }

  boolean has(Trait trait) {
    return traits.contains(trait);
  }

  String keyHeader() {
    return has(API_KEY_HEADER) ? "api-key" : "authorization";
  }

  String keyPrefix() {
    return has(API_KEY_HEADER) ? "" : "Bearer ";
  }

  /** Name of a chat request's bound where the client gives none. */
  String maxTokensField() {
    return has(NEW_BOUND) ? "max_completion_tokens" : "max_tokens";
  }

  /**
   * Whether the model refuses a bound by its old name: OpenAI's that think
   * (platform.openai.com/docs/guides/reasoning). A deployment of Azure's is only known by its name.
   */
  boolean wantsNewBound(String upstream) {
    return (this == OPENAI || this == AZURE) && THINKS.matcher(upstream).lookingAt();
  }

  /** That the server does not know something; another one may. */
  FailureException refusal(String param, String what) {
    return Failure.InvalidRequest.of(
            param, param + ": servers of kind " + label + " do not know " + what)
        .asException();
  }

  /** Whether usage in a stream must be, and may be, asked for. */
  boolean streamUsage() {
    return !has(NO_STREAM_OPTIONS);
  }

  /** The seed's name. */
  String seedField() {
    return has(RANDOM_SEED) ? "random_seed" : "seed";
  }
}
