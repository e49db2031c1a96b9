package dev.fairlead.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.common.config.ConfigException;
import dev.fairlead.common.config.ConfigSource;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class CatalogTest {

  private static List<ModelConfig> models(String yaml) {
    return ModelsConfig.read(ConfigSource.parse("test.yaml", yaml, Map.of()));
  }

  @Test
  void designExample_binds() {
    List<ModelConfig> models =
        models(
            """
            models:
              - { id: gpt-4o-mini, provider: openai, upstream: gpt-4o-mini, tier: cheap,
                  price: { input: 0.15, output: 0.60, cached_input: 0.075 }, context_window: 128000,
                  capabilities: [tools, vision, json_schema] }
            """);
    ModelSpec spec = models.getFirst().toSpec();
    assertThat(spec.tier()).isEqualTo(Tier.CHEAP);
    assertThat(spec.price()).isEqualTo(new Price(150_000_000, 600_000_000, 75_000_000, 150_000_000));
    assertThat(spec.capabilities()).isEqualTo(Set.of(Capability.TOOLS, Capability.VISION, Capability.JSON_SCHEMA));
    assertThat(spec.costNanoUsd(new TokenUsage(1000, 400, 0, 100, 0, false))).isEqualTo(180_000);
  }

  @Test
  void price_isUnknownAndNotFree_whenLeftOut() {
    assertThat(models("models: [ { id: a, provider: p } ]").getFirst().toSpec().price()).isNull();
    assertThatThrownBy(() -> models("models: [ { id: a, provider: p, price: { output: 1 } } ]"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("price.input");
  }

  @Test
  void pricePerThousand_isAThousandthOfAMillion() {
    Price price = PriceConfig.perThousand(new BigDecimal("0.002")).toPrice();
    assertThat(price.inputNanoUsdPerMillion()).isEqualTo(2_000_000_000);
    assertThat(price.outputNanoUsdPerMillion()).isEqualTo(2_000_000_000);
  }

  @Test
  void knownModels_haveAllTiersAndPrices() {
    for (String vendor : List.of("openai", "mock")) {
      List<ModelConfig> models = KnownModels.ofVendor(vendor);
      Catalog catalog = ModelsConfig.catalog(1, models, List.of(vendor));
      for (Tier tier : Tier.values()) {
        assertThat(catalog.ofTierOrHigher(tier)).isNotEmpty().allMatch(model -> model.tier() == tier);
      }
      assertThat(models).allMatch(model -> model.price() != null && model.contextWindow() > 0);
    }
    assertThat(KnownModels.ofVendor("mock")).hasSize(3);
  }

  @Test
  void cheaperTiers_costLess_inTheTable() {
    long last = 0;
    for (String id : List.of("mock-cheap", "mock-standard", "mock-quality")) {
      Price price = Objects.requireNonNull(KnownModels.find("mock", id).orElseThrow().toSpec().price());
      assertThat(price.outputNanoUsdPerMillion()).isGreaterThan(last);
      last = price.outputNanoUsdPerMillion();
    }
  }

  @Test
  void counter_isExact_whenTheVocabularyIsLoaded() throws Exception {
    TokenCounter counter = TokenCounter.forModel("gpt-4o-mini");
    assertThat(counter.count("hello world")).isPositive();
    counter.loaded().get(30, TimeUnit.SECONDS);
    assertThat(counter.count("hello world")).isEqualTo(2);
    assertThat(counter.count("<|endoftext|>")).isGreaterThan(1);
    TokenCounter old = TokenCounter.forModel("azure/gpt-4-turbo");
    old.loaded().get(30, TimeUnit.SECONDS);
    assertThat(old.count("tiktoken is great!")).isEqualTo(6);
  }

  @Test
  void counter_extrapolates_whenTheTextIsLong() throws Exception {
    TokenCounter counter = TokenCounter.forModel("gpt-5");
    counter.loaded().get(30, TimeUnit.SECONDS);
    String text = "the quick brown fox jumps over the lazy dog ".repeat(40_000);
    long began = System.nanoTime();
    assertThat(counter.count(text)).isBetween(350_000, 370_000);
    assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(2));
  }

  @Test
  void counter_estimates_whenTheFamilyIsUnknown() {
    TokenCounter counter = TokenCounter.forModel("llama-3.1-70b");
    assertThat(counter.count("")).isZero();
    assertThat(counter.count("hello world, how are you?")).isBetween(5, 9);
    assertThat(counter.count("你好世界")).isBetween(2, 4);
    assertThat(counter.loaded()).isDone();
  }
}
