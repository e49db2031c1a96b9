package dev.fairlead.provider.bedrock;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import dev.fairlead.common.config.ConfigSource.JsonDefaults;
import dev.fairlead.common.config.Expect;
import dev.fairlead.common.config.Secret;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * An entry of {@code providers} of kind {@code bedrock}. Credentials are the first of: the entry's
 * key pair, the entry's profile, the environment's key pair, the environment's profile, the default
 * profile of the machine's AWS files.
 *
 * @param baseUrl endpoint; empty for the region's own
 * @param region such as {@code us-east-1}
 * @param accessKeyId of a key pair; empty for none
 * @param secretAccessKey of a key pair
 * @param sessionToken of a temporary key pair; empty for none
 * @param profile in the machine's AWS files; empty for none
 */
@JsonIgnoreProperties("kind")
public record BedrockConfig(
    String baseUrl,
    String region,
    String accessKeyId,
    Secret secretAccessKey,
    Secret sessionToken,
    String profile) {

  /** What an entry leaves out. */
  public static final JsonDefaults DEFAULTS =
      new JsonDefaults(
          "{base_url: '', region: '', access_key_id: '', secret_access_key: '', session_token: '',"
              + " profile: ''}");

  private static final String DEFAULT_REGION = "us-east-1";

  /** Checks that a key pair is whole. */
  public BedrockConfig {
    Expect.that(
        accessKeyId.isEmpty() == secretAccessKey.isEmpty(),
        "secret_access_key",
        secretAccessKey.isEmpty() ? "missing" : "***",
        "together with access_key_id");
    Expect.that(
        region.isEmpty() || region.matches("[a-z0-9-]{1,40}"),
        "region",
        region,
        "such as us-east-1");
  }

  /**
   * The same, with what the environment knows in the place of what the entry leaves out.
   *
   * @param environment value of a variable
   */
  public BedrockConfig completed(Function<String, Optional<String>> environment) {
    String where = region;
    for (String name : new String[] {"BEDROCK_REGION", "AWS_REGION", "AWS_DEFAULT_REGION"}) {
      where = where.isEmpty() ? environment.apply(name).orElse("") : where;
    }
    where = where.isEmpty() ? DEFAULT_REGION : where;
    if (!accessKeyId.isEmpty() || !profile.isEmpty()) {
      return new BedrockConfig(baseUrl, where, accessKeyId, secretAccessKey, sessionToken, profile);
    }
    String id = environment.apply("AWS_ACCESS_KEY_ID").orElse("");
    String secret = environment.apply("AWS_SECRET_ACCESS_KEY").orElse("");
    boolean pair = !id.isEmpty() && !secret.isEmpty();
    return new BedrockConfig(
        baseUrl,
        where,
        pair ? id : "",
        new Secret(pair ? secret : ""),
        new Secret(pair ? environment.apply("AWS_SESSION_TOKEN").orElse("") : ""),
        pair ? "" : environment.apply("AWS_PROFILE").orElse(""));
  }

  /** What no message may repeat. */
  List<String> secrets() {
    return Stream.of(accessKeyId, secretAccessKey.reveal(), sessionToken.reveal())
        .filter(secret -> !secret.isEmpty())
        .toList();
  }
}
