package dev.fairlead.onnx.decoder;

import ai.onnxruntime.OrtSession;
import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.onnx.ModelFileException;
import dev.fairlead.onnx.tokenizer.ByteLevelTokenizer;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A decoder that is ready to generate: graph, tokenizer, chat template and defaults, read from a
 * folder in the layout of Hugging Face's Optimum. Texts may be encoded by any thread; generation
 * belongs to one {@link DecoderLoop}.
 */
public final class TextDecoder implements AutoCloseable {

  private final String name;
  private final DecoderSession session;
  private final ByteLevelTokenizer tokenizer;
  private final ChatTemplate template;
  private final int contextWindow;
  private final Set<Integer> ends;
  private final Sampling defaults;

  private TextDecoder(DecoderFiles files, OrtSession graph) {
    JsonNode config = files.json("config.json");
    JsonNode generation = files.optionalJson("generation_config.json");
    JsonNode tokens = files.optionalJson("tokenizer_config.json");
    this.name = files.name();
    this.tokenizer = ByteLevelTokenizer.parse(files.file("tokenizer.json"));
    this.template = ChatTemplate.parse(name + "/tokenizer_config.json", template(files, tokens));
    this.contextWindow = contextWindow(config);
    if (contextWindow < 2) {
      throw new ModelFileException(
          name + "/config.json: no n_positions or max_position_embeddings (expected: 2 or more)");
    }
    int heads = number(config, "n_head", "num_attention_heads");
    int width = number(config, "n_embd", "hidden_size");
    int kvHeads = Math.max(number(config, "num_key_value_heads"), 0);
    int headWidth = number(config, "head_dim");
    this.session =
        new DecoderSession(
            name,
            graph,
            kvHeads > 0 ? kvHeads : heads,
            headWidth > 0 ? headWidth : heads > 0 ? width / heads : -1);
    this.ends = ends(config, generation);
    this.defaults = defaults(generation);
    probe();
  }

  /** Opens the decoder that this project has trained. Blocks for some 0.2 s. */
  public static TextDecoder shipped() {
    return shipped(null);
  }

  /**
   * Opens the decoder that this project has trained. Blocks for some 0.2 s.
   *
   * @param sha256 what its graph must have, in hexadecimal; null does not look
   * @throws ModelFileException when it has another
   */
  public static TextDecoder shipped(@Nullable String sha256) {
    return open(new DecoderFiles(null), 1, sha256);
  }

  /**
   * Opens a decoder and computes one token with it. Blocks until it is loaded.
   *
   * @param folder with {@code config.json}, {@code tokenizer.json} and a graph
   * @param threads that one step computes on, 1 or more
   * @param sha256 what the graph's file must have, in hexadecimal; null does not look
   * @throws ModelFileException when a file is missing, damaged or of another kind
   */
  public static TextDecoder open(Path folder, int threads, @Nullable String sha256) {
    return open(new DecoderFiles(folder), threads, sha256);
  }

  /**
   * Most tokens of prompt and answer, read from {@code config.json} alone. Blocks for that.
   *
   * @param folder of a decoder; null for the shipped one
   * @return 0 when the file is missing, damaged or does not say
   */
  public static int contextWindow(@Nullable Path folder) {
    try {
      return Math.max(0, contextWindow(new DecoderFiles(folder).json("config.json")));
    } catch (ModelFileException e) {
      return 0;
    }
  }

  private static int contextWindow(JsonNode config) {
    return number(config, "n_positions", "max_position_embeddings", "n_ctx");
  }

  /**
   * SHA-256 of a decoder's graph in hexadecimal. Blocks.
   *
   * @param folder of a decoder; null for the shipped one
   * @throws ModelFileException when there is none
   */
  public static String sha256(@Nullable Path folder) {
    return new DecoderFiles(folder).sha256();
  }

  private static TextDecoder open(DecoderFiles files, int threads, @Nullable String sha256) {
    OrtSession graph = files.open(threads, sha256);
    try {
      return new TextDecoder(files, graph);
    } catch (RuntimeException e) {
      try {
        graph.close();
      } catch (ai.onnxruntime.OrtException suppressed) {
        e.addSuppressed(suppressed);
      }
      throw e instanceof ModelFileException
          ? e
          : new ModelFileException(files.name() + ": cannot be used: " + e, e);
    }
  }

  private void probe() {
    try (DecoderRow row = new DecoderRow(new int[] {0, 0})) {
      float[] logits = steps().prefill(row);
      new Sampler(Sampling.greedy()).next(logits);
    } catch (DecoderException e) {
      throw new ModelFileException(name + ": its first token failed: " + e.getMessage(), e);
    }
  }

  /** What messages call it. */
  public String name() {
    return name;
  }

  /** Its shape in words: layers, heads, vocabulary, context window, chat template. */
  public String shape() {
    List<DecoderSession.CacheInput> caches = session.caches();
    String cache =
        caches.isEmpty()
            ? "no key-value cache"
            : "%d layers with keys and values of %d x %d"
                .formatted(caches.size() / 2, caches.getFirst().heads(), caches.getFirst().width());
    return "%s, vocabulary %d, context %d, %s"
        .formatted(cache, tokenizer.size(), contextWindow, template.form());
  }

  /** Most tokens of prompt and answer together. */
  public int contextWindow() {
    return contextWindow;
  }

  /** Sampling where a request does not say: what {@code generation_config.json} says, or greedy. */
  public Sampling defaults() {
    return defaults;
  }

  /**
   * Ids of a conversation up to where the answer begins. A text that cannot fit is not tokenized.
   *
   * @return null when it is longer than the context window
   */
  public int @Nullable [] prompt(List<ChatTemplate.Turn> turns) {
    long most = (long) contextWindow * tokenizer.longestPieceBytes();
    if (turns.stream().mapToLong(turn -> turn.content().length()).sum() > most) {
      return null;
    }
    int[] ids = tokenizer.encode(template.render(turns, tokenizer));
    return ids.length >= contextWindow ? null : ids;
  }

  ByteLevelTokenizer tokenizer() {
    return tokenizer;
  }

  boolean ends(int id) {
    return ends.contains(id);
  }

  DecoderSteps steps() {
    return new DecoderSteps(session, tokenizer.size());
  }

  /** Newer exports have it in a file of its own; some have a list of named ones. */
  private static String template(DecoderFiles files, JsonNode tokens) {
    JsonNode template = tokens.path("chat_template");
    for (JsonNode named : template) {
      if (named.path("name").asText().equals("default")) {
        return named.path("template").asText("");
      }
    }
    return template.isMissingNode()
        ? files.optionalText("chat_template.jinja")
        : template.asText("");
  }

  private static Set<Integer> ends(JsonNode config, JsonNode generation) {
    JsonNode node = generation.has("eos_token_id") ? generation : config;
    Set<Integer> ends = new HashSet<>();
    JsonNode ids = node.path("eos_token_id");
    if (ids.isArray()) {
      ids.forEach(id -> ends.add(id.asInt()));
    } else if (ids.isInt()) {
      ends.add(ids.asInt());
    }
    return Set.copyOf(ends);
  }

  private static Sampling defaults(JsonNode generation) {
    if (!generation.path("do_sample").asBoolean(false)) {
      return Sampling.greedy();
    }
    double temperature = generation.path("temperature").asDouble(1);
    double topP = generation.path("top_p").asDouble(1);
    return new Sampling(temperature, topP, generation.path("top_k").asInt(50), 0, 0, 0);
  }

  private static int number(JsonNode config, String... keys) {
    for (String key : keys) {
      if (config.path(key).isInt()) {
        return config.path(key).asInt();
      }
    }
    return -1;
  }

  @Override
  public void close() {
    session.close();
  }
}
