package dev.fairlead.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class CatalogTest {

  private static ModelSpec model(String id, @Nullable Tier tier, Capability... capabilities) {
    return new ModelSpec(
        id, "lab", id, tier, Price.of(1_000_000, 2_000_000), 0, 0, Set.of(capabilities));
  }

  private static List<String> ids(Catalog catalog, Tier tier) {
    return catalog.ofTierOrHigher(tier).stream().map(ModelSpec::id).toList();
  }

  @Test
  void tier_isServedByItsOwnModels_inConfiguredOrder() {
    Catalog catalog =
        Catalog.of(
            1, List.of(model("b", Tier.CHEAP), model("q", Tier.QUALITY), model("a", Tier.CHEAP)));

    assertThat(ids(catalog, Tier.CHEAP)).containsExactly("b", "a");
    assertThat(ids(catalog, Tier.QUALITY)).containsExactly("q");
  }

  @Test
  void missingTier_fallsToTheNextHigher_thenToTheNextLower() {
    Catalog catalog = Catalog.of(1, List.of(model("c", Tier.CHEAP), model("s", Tier.STANDARD)));

    assertThat(ids(catalog, Tier.QUALITY)).as("none above: the next lower").containsExactly("s");
    assertThat(ids(Catalog.of(1, List.of(model("q", Tier.QUALITY))), Tier.CHEAP))
        .containsExactly("q");
    assertThat(ids(Catalog.of(1, List.of(model("c", Tier.CHEAP))), Tier.QUALITY))
        .containsExactly("c");
    assertThat(ids(Catalog.of(1, List.of()), Tier.CHEAP)).isEmpty();
  }

  @Test
  void tier_isNotServed_byModelsWithoutTierOrForEmbeddings() {
    Catalog catalog =
        Catalog.of(
            1,
            List.of(
                model("e", Tier.CHEAP, Capability.EMBEDDINGS),
                model("x", null),
                model("s", Tier.STANDARD)));

    assertThat(ids(catalog, Tier.CHEAP)).containsExactly("s");
    assertThat(catalog.find("x")).isPresent();
    assertThat(catalog.find("none")).isEmpty();
  }

  @Test
  void catalog_isRefused_whenTwoModelsShareAnId() {
    assertThatThrownBy(
            () -> Catalog.of(1, List.of(model("a", Tier.CHEAP), model("a", Tier.QUALITY))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("id a");
  }

  @Test
  void catalog_doesNotChange_withTheListItWasMadeOf() {
    List<ModelSpec> models = new ArrayList<>(List.of(model("a", Tier.CHEAP)));
    Catalog catalog = Catalog.of(1, models);
    models.clear();

    assertThat(catalog.models()).hasSize(1);
    assertThat(catalog.find("a")).isPresent();
  }

  @Test
  void model_costsZero_whenItsPriceIsUnknown() {
    ModelSpec unpriced = new ModelSpec("u", "lab", "u", Tier.CHEAP, null, 0, 0, Set.of());

    assertThat(unpriced.costNanoUsd(TokenUsage.of(5, 5))).isZero();
    assertThat(unpriced.price()).isNull();
    assertThat(model("a", Tier.CHEAP).costNanoUsd(TokenUsage.of(5, 5))).isEqualTo(15);
  }

  @Test
  void labels_areReadBack() {
    for (Capability capability : Capability.values()) {
      assertThat(Capability.ofLabel(capability.label())).contains(capability);
    }
    assertThat(Capability.ofLabel("telepathy")).isEmpty();
    assertThat(Tier.STANDARD.label()).isEqualTo("standard");
  }
}
