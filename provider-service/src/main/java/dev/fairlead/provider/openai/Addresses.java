package dev.fairlead.provider.openai;

import dev.fairlead.v1.Dialect;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/**
 * Where a server's endpoints are: the root, and the path below it. Azure's older form has the
 * deployment's name in the path and the version in the query. Pure.
 *
 * @param root what every path comes after
 * @param deploymentVersion {@code api-version} of Azure's older form; empty for all others
 */
record Addresses(String root, String deploymentVersion) {

  private static final String AZURE_V1 = "/openai/v1";

  /** The addresses that an entry means. */
  static Addresses of(OpenAiConfig config, Quirks quirks) {
    String base = config.baseUrl().replaceAll("/+$", "");
    if (quirks != Quirks.AZURE) {
      return new Addresses(base, "");
    }
    if (!config.apiVersion().isEmpty()) {
      String root = base.endsWith(AZURE_V1) ? cut(base, AZURE_V1) : cut(base, "/openai");
      return new Addresses(root, config.apiVersion());
    }
    String path = URI.create(base).getPath();
    boolean bare = path.isEmpty() || path.equals("/openai");
    return new Addresses(bare ? cut(base, "/openai") + AZURE_V1 : base, "");
  }

  private static String cut(String text, String end) {
    return text.endsWith(end) ? text.substring(0, text.length() - end.length()) : text;
  }

  /** Whether the path depends on the model. */
  boolean byDeployment() {
    return !deploymentVersion.isEmpty();
  }

  /** The path of a call of that model. */
  String path(Dialect dialect, String upstream) {
    String endpoint =
        switch (dialect) {
          case DIALECT_OPENAI_COMPLETIONS -> "/completions";
          case DIALECT_OPENAI_EMBEDDINGS -> "/embeddings";
          case DIALECT_OPENAI_RESPONSES -> "/responses";
          case DIALECT_OPENAI_CHAT, DIALECT_ANTHROPIC_MESSAGES, DIALECT_UNSPECIFIED, UNRECOGNIZED ->
              "/chat/completions";
        };
    return byDeployment()
        ? "/openai/deployments/"
            + encoded(upstream)
            + endpoint
            + "?api-version="
            + encoded(deploymentVersion)
        : endpoint;
  }

  private static String encoded(String text) {
    String encoded = URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    // A name of dots alone would be a step in the path.
    return encoded.matches("\\.+") ? encoded.replace(".", "%2E") : encoded;
  }
}
