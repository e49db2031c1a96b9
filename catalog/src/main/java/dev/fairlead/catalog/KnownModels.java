package dev.fairlead.catalog;

import dev.fairlead.common.config.ConfigSource;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The shipped table of well-known models: what a gateway serves that was started with a key and
 * nothing else, and where a configured model finds what its entry leaves out. Each entry says where
 * its facts come from and when they were read. Thread-safe; a vendor's file is read when it is
 * first asked for, because most processes need one or two.
 */
public final class KnownModels {

  /** Vendor of the development models. */
  public static final String MOCK = "mock";

  /** Vendor of models that run in this process. */
  public static final String ONNX = "onnx";

  /** Stands for whoever runs an OpenAI-compatible server that is not known by its address. */
  public static final String COMPATIBLE = "compatible";

  /** Every vendor of the table. */
  public static final List<String> VENDORS =
      List.of(
          "openai",
          "anthropic",
          "gemini",
          "bedrock",
          "groq",
          "mistral",
          "deepseek",
          "together",
          "openrouter",
          "xai",
          COMPATIBLE,
          ONNX,
          MOCK);

  private static final String FOLDER = "/fairlead/known-models/";
  private static final Map<String, ModelTable> READ = new ConcurrentHashMap<>();

  private KnownModels() {}

  /** The models of a vendor, the preferred ones of a tier first; empty for an unknown vendor. */
  public static Collection<KnownModel> ofVendor(String vendor) {
    return table(vendor).ofVendor(vendor);
  }

  /** The model that a vendor calls by this name. */
  public static Optional<KnownModel> find(String vendor, String name) {
    return table(vendor).find(vendor, name);
  }

  private static ModelTable table(String vendor) {
    return VENDORS.contains(vendor)
        ? READ.computeIfAbsent(vendor, KnownModels::read)
        : ModelTable.EMPTY;
  }

  private static ModelTable read(String vendor) {
    String resource = FOLDER + vendor + ".yaml";
    try (InputStream stream = KnownModels.class.getResourceAsStream(resource)) {
      if (stream == null) {
        throw new IllegalStateException("no resource " + resource);
      }
      String yaml = new String(stream.readAllBytes(), StandardCharsets.UTF_8);
      List<KnownModel> models =
          ConfigSource.parse(resource, yaml, Map.of())
              .listEntries("models", KnownModel.class, KnownModel.DEFAULTS);
      return ModelTable.of(Map.of(vendor, models));
    } catch (IOException e) {
      throw new IllegalStateException(resource + " cannot be read", e);
    }
  }
}
