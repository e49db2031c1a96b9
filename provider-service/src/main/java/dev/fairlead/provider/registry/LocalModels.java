package dev.fairlead.provider.registry;

import dev.fairlead.catalog.ModelConfig;
import dev.fairlead.catalog.PriceConfig;
import dev.fairlead.catalog.Tier;
import dev.fairlead.onnx.decoder.TextDecoder;
import dev.fairlead.provider.onnx.OnnxConfig;
import java.math.BigDecimal;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Set;

/**
 * Models of kind {@code onnx}. A token of theirs costs nothing unless the configuration or a price
 * list says otherwise: that is a statement, not an unknown price.
 */
final class LocalModels {

  /** The decoder that this project has trained, as the table of known models calls it. */
  private static final String SHIPPED = "fairlead-decoder";

  private static final PriceConfig FREE =
      new PriceConfig(BigDecimal.ZERO, BigDecimal.ZERO, null, null);

  private LocalModels() {}

  /** The model of a provider that the configuration lists none of, named after its folder. */
  static ModelConfig named(String provider, OnnxConfig local) {
    if (local.modelPath().equals(OnnxConfig.SHIPPED)) {
      return model(SHIPPED, provider, SHIPPED);
    }
    String path = local.modelPath().replaceAll("[/\\\\]+$", "");
    String folder =
        path.substring(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1)
            .replaceAll("[^A-Za-z0-9._-]", "-");
    return model("local-" + folder, provider, folder);
  }

  private static ModelConfig model(String id, String provider, String upstream) {
    return new ModelConfig(id, provider, upstream, Tier.CHEAP, null, 0, 0, Set.of());
  }

  /** The entry with price and context window, where it and the table have none. */
  static ModelConfig complete(ModelConfig model, OnnxConfig local) {
    long window = model.contextWindow() == 0 ? contextWindow(local) : model.contextWindow();
    return new ModelConfig(
        model.id(),
        model.provider(),
        model.upstream(),
        model.tier(),
        model.price() == null ? FREE : model.price(),
        window,
        model.maxOutputTokens(),
        model.capabilities());
  }

  /** 0 when it cannot be read: loading the decoder says why. */
  private static long contextWindow(OnnxConfig local) {
    try {
      return local.modelPath().equals(OnnxConfig.SHIPPED)
          ? TextDecoder.contextWindow(null)
          : TextDecoder.contextWindow(Path.of(local.modelPath()));
    } catch (InvalidPathException e) {
      return 0;
    }
  }
}
