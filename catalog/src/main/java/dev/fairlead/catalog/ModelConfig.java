package dev.fairlead.catalog;

import dev.fairlead.common.config.ConfigSource.JsonDefaults;
import dev.fairlead.common.config.Expect;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An entry of section {@code models}.
 *
 * @param id unique name that clients use
 * @param provider configured name of the provider that serves it
 * @param upstream the vendor's name; empty means {@code id}
 * @param tier null for a model that serves explicit requests only
 * @param price null when it is not known
 * @param contextWindow tokens of prompt and answer together; 0 when unknown
 * @param maxOutputTokens tokens of an answer; 0 when unknown
 * @param capabilities null when the entry does not say
 */
public record ModelConfig(
    String id,
    String provider,
    String upstream,
    @Nullable Tier tier,
    @Nullable PriceConfig price,
    long contextWindow,
    long maxOutputTokens,
    @Nullable Set<Capability> capabilities) {

  /** What an entry leaves out. */
  public static final JsonDefaults DEFAULTS =
      new JsonDefaults(
          "{id: '', provider: '', upstream: '', context_window: 0, max_output_tokens: 0}");

  private static final int LONGEST_NAME = 200;
  private static final long MOST_TOKENS = 1_000_000_000;

  /** Rejects missing, overlong and reserved names, and sizes below 0. */
  public ModelConfig {
    Expect.present("models[].id", id);
    String key = "models[" + shown(id) + "]";
    Expect.that(plain(id), key + ".id", shown(id), "1 to 200 printable characters without spaces");
    Expect.that(
        !id.equals("auto") && !id.startsWith("auto:"),
        key + ".id",
        id,
        "a name other than auto, which routing uses");
    Expect.present(key + ".provider", provider);
    upstream = upstream.isEmpty() ? id : upstream;
    Expect.that(
        upstream.length() <= LONGEST_NAME && upstream.chars().noneMatch(Character::isISOControl),
        key + ".upstream",
        shown(upstream),
        "up to 200 characters without control characters");
    Expect.range(key + ".context_window", contextWindow, 0, MOST_TOKENS);
    Expect.range(key + ".max_output_tokens", maxOutputTokens, 0, MOST_TOKENS);
    capabilities = capabilities == null ? null : Set.copyOf(capabilities);
  }

  /** The same model on another provider. */
  public ModelConfig on(String otherProvider) {
    return new ModelConfig(
        id, otherProvider, upstream, tier, price, contextWindow, maxOutputTokens, capabilities);
  }

  /** The same model at another price. */
  public ModelConfig priced(PriceConfig otherPrice) {
    return new ModelConfig(
        id, provider, upstream, tier, otherPrice, contextWindow, maxOutputTokens, capabilities);
  }

  /** The same model, with what its entry leaves out taken from what is publicly known of it. */
  public ModelConfig completedBy(KnownModel known) {
    return new ModelConfig(
        id,
        provider,
        upstream,
        tier,
        price == null ? known.price() : price,
        contextWindow == 0 ? Math.min(known.contextWindow(), MOST_TOKENS) : contextWindow,
        maxOutputTokens == 0 ? Math.min(known.maxOutputTokens(), MOST_TOKENS) : maxOutputTokens,
        capabilities == null ? known.capabilities() : capabilities);
  }

  /** As the catalogue keeps it. */
  public ModelSpec toSpec() {
    return new ModelSpec(
        id,
        provider,
        upstream,
        tier,
        price == null ? null : price.toPrice(),
        contextWindow,
        maxOutputTokens,
        capabilities == null ? Set.of() : capabilities);
  }

  private static boolean plain(String name) {
    return name.length() <= LONGEST_NAME
        && name.chars().allMatch(c -> c > ' ' && !Character.isISOControl(c));
  }

  private static String shown(String name) {
    return name.length() <= 60 ? name : name.substring(0, 60) + "...";
  }
}
