package dev.fairlead.gateway.cache;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.fairlead.gateway.dialect.RequestFacts;
import dev.fairlead.gateway.keys.Grants;
import dev.fairlead.v1.CacheScope;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Under which key an answer is kept.
 *
 * @param scope what must agree for two requests to share answers
 * @param fingerprint SHA-256 over the scope and the last user text, 32 bytes
 */
public record CacheKey(CacheScope scope, ByteString fingerprint) {

  private static final String OBJECTIVES = "x-slo-";

  /** Official clients send it always, others never, and it means the same. */
  private static final Map.Entry<String, String> CURRENT =
      Map.entry("anthropic-version", "2023-06-01");

  /**
   * The key of a request. Every part is hashed with its length before it, so that no two different
   * requests run together.
   *
   * @param policy label of the effective policy, {@code explicit} for a named model
   */
  public static CacheKey of(
      String tenant, String policy, @Nullable Double qualityTarget, RequestFacts facts) {
    return of(tenant, policy, qualityTarget, null, facts, Grants.ALL, Map.of());
  }

  /**
   * The key of a request that names a scope of its own, or of a caller with {@code grants}: which
   * models may answer changes the answer, so a restricted key shares answers only with those that
   * are restricted alike.
   *
   * @param name sets the request apart from those with another name; null means none
   * @param forwarded client headers that the vendor sees; what they switch on changes the answer,
   *     but for objectives of time
   */
  public static CacheKey of(
      String tenant,
      String policy,
      @Nullable Double qualityTarget,
      @Nullable String name,
      RequestFacts facts,
      Grants grants,
      Map<String, String> forwarded) {
    MessageDigest digest = sha256();
    if (!grants.models().isEmpty()) {
      grants.models().forEach(model -> add(digest, model));
      add(digest, "models");
    }
    add(digest, policy);
    add(digest, qualityTarget == null ? "" : qualityTarget.toString());
    digest.update(facts.scopeDigest().asReadOnlyByteBuffer());
    if (name != null) {
      add(digest, name);
    }
    if (!forwarded.isEmpty()) {
      addHeaders(digest, forwarded);
    }
    byte[] scopeDigest = digest.digest();
    CacheScope scope =
        CacheScope.newBuilder()
            .setTenant(tenant)
            .setModel(facts.model())
            .setDigest(UnsafeByteOperations.unsafeWrap(scopeDigest))
            .build();
    add(digest, tenant);
    add(digest, facts.model());
    digest.update(scopeDigest);
    add(digest, facts.lastUserText());
    return new CacheKey(scope, UnsafeByteOperations.unsafeWrap(digest.digest()));
  }

  private static void addHeaders(MessageDigest digest, Map<String, String> headers) {
    headers.entrySet().stream()
        .filter(header -> !header.getKey().startsWith(OBJECTIVES) && !header.equals(CURRENT))
        .sorted(Map.Entry.comparingByKey())
        .forEach(header -> {
          add(digest, header.getKey());
          add(digest, header.getValue());
        });
  }

  private static void add(MessageDigest digest, String part) {
    byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
    digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(0, bytes.length));
    digest.update(bytes);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
