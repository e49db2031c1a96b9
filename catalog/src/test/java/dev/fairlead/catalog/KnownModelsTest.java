package dev.fairlead.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;

class KnownModelsTest {

  static final List<String> VENDORS = KnownModels.VENDORS;

  private static KnownModel model(String vendor, String name) {
    return KnownModels.find(vendor, name).orElseThrow();
  }

  @ParameterizedTest
  @FieldSource("VENDORS")
  void entry_saysWhatItCosts_andWhereAndWhenThatWasRead(String vendor) {
    assertThat(KnownModels.ofVendor(vendor))
        .isNotEmpty()
        .allSatisfy(known -> {
          assertThat(known.price()).as(known.id()).isNotNull();
          assertThat(known.source()).as(known.id()).isNotBlank();
          assertThat(LocalDate.parse(known.date()))
              .as(known.id())
              .isBetween(LocalDate.of(2026, 1, 1), LocalDate.of(2026, 12, 31));
          boolean embeddings = known.capabilities().contains(Capability.EMBEDDINGS);
          assertThat(known.tier() == null).as(known.id()).isEqualTo(embeddings);
        });
  }

  @ParameterizedTest
  @FieldSource("VENDORS")
  void cachedInput_costsNoMoreThanInput_andOutputNoLess(String vendor) {
    for (KnownModel known : KnownModels.ofVendor(vendor)) {
      Price price = Objects.requireNonNull(known.price()).toPrice();
      assertThat(price.cachedInputNanoUsdPerMillion())
          .as(known.id())
          .isLessThanOrEqualTo(price.inputNanoUsdPerMillion());
      if (known.tier() != null) {
        assertThat(price.outputNanoUsdPerMillion())
            .as(known.id())
            .isGreaterThanOrEqualTo(price.inputNanoUsdPerMillion());
      }
      for (Price.LongContext step : price.longContext()) {
        assertThat(step.rates().inputNanoUsdPerMillion())
            .as(known.id())
            .isGreaterThan(price.inputNanoUsdPerMillion());
        assertThat(step.abovePromptTokens()).isLessThan(known.contextWindow());
      }
    }
  }

  @Test
  void modelsOfTheMission_areKnown() {
    assertThat(List.of("gpt-3.5-turbo", "gpt-4"))
        .allSatisfy(name -> assertThat(KnownModels.find("openai", name)).isPresent());
    assertThat(List.of("llama-2-70b", "mixtral-8x7b"))
        .allSatisfy(name -> assertThat(KnownModels.find(KnownModels.COMPATIBLE, name)).isPresent());
    assertThat(List.of("gpt2-large", "fairlead-decoder"))
        .allSatisfy(name -> assertThat(KnownModels.find(KnownModels.ONNX, name)).isPresent());
  }

  @Test
  void longPrompt_costsMore_whereTheVendorSaysSo() {
    Price haiku = Objects.requireNonNull(model("anthropic", "claude-haiku-5-5").price()).toPrice();

    assertThat(haiku.costNanoUsd(TokenUsage.of(100_000, 1_000)))
        .as("100,000 x $0.10 + 1,000 x $0.50 a million")
        .isEqualTo(10_500_000);
    assertThat(haiku.costNanoUsd(new TokenUsage(100_001, 90_000, 10_000, 1_000, 0, false)))
        .as("1 x 0.50 + 90,000 x 0.05 + 10,000 x 0.625 + 1,000 x 2.50 a million")
        .isEqualTo(500 + 4_500_000 + 6_250_000 + 2_500_000);
  }

  @Test
  void globalProfile_isItsModel_andARegionalOneIsNot() {
    String name = "amazon.nova-2-lite-v1:0";

    assertThat(KnownModels.find("bedrock", "global." + name)).contains(model("bedrock", name));
    assertThat(KnownModels.find("bedrock", "eu." + name)).isEmpty();
    assertThat(KnownModels.find("nobody", name)).isEmpty();
    assertThat(KnownModels.ofVendor("nobody")).isEmpty();
  }

  @Test
  void entry_keepsWhatItSays_andTakesTheRestFromTheTable() {
    ModelConfig own =
        new ModelConfig(
            "mine",
            "p",
            "gpt-4o",
            null,
            new PriceConfig(BigDecimal.ONE, null, null, null),
            0,
            99,
            null);

    ModelConfig completed = own.completedBy(model("openai", "gpt-4o"));

    assertThat(completed.price()).isEqualTo(own.price());
    assertThat(completed.maxOutputTokens()).isEqualTo(99);
    assertThat(completed.contextWindow()).isEqualTo(128_000);
    assertThat(completed.capabilities()).contains(Capability.TOOLS, Capability.VISION);
    assertThat(completed.tier()).as("asked for by nobody").isNull();
    assertThat(own.toSpec().capabilities()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "https://api.openai.com/v1,openai",
    "https://me.openai.azure.com/openai/v1,openai",
    "https://api.groq.com/openai/v1,groq",
    "https://API.Mistral.ai/v1,mistral",
    "https://openrouter.ai/api/v1,openrouter",
    "https://notopenrouter.ai/api/v1,",
    "https://api.openai.com.evil.example/v1,",
    "http://127.0.0.1:11434/v1,"
  })
  void host_tellsTheVendor(String baseUrl, String vendor) {
    assertThat(VendorHosts.of(baseUrl).orElse(null)).isEqualTo(vendor);
  }
}
