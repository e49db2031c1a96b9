package dev.fairlead.gateway.edge;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.gateway.dialect.CacheControl;
import dev.fairlead.gateway.keys.ApiKey;
import dev.fairlead.gateway.keys.KeyBook;
import dev.fairlead.gateway.keys.Quota;
import dev.fairlead.gateway.keys.RateLimits;
import dev.fairlead.gateway.keys.SharedQuota;
import dev.fairlead.gateway.keys.SpendLimits;
import dev.fairlead.gateway.routing.Usd;
import java.math.BigDecimal;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Keys as the admin API shows them: never the key, never its hash. Stateless. */
final class KeyJson {

  private KeyJson() {}

  static ObjectNode all(KeyBook book, Instant now) {
    ObjectNode node = Json.object();
    ArrayNode keys = node.putArray("keys");
    book.keys().forEach(key -> keys.add(one(key, now)));
    ArrayNode quotas = node.putArray("quotas");
    book.quotas().forEach(quota -> quotas.add(quota(quota)));
    return node;
  }

  static ObjectNode one(ApiKey key, Instant now) {
    ObjectNode node = Json.object();
    node.put("id", key.id());
    node.put("name", key.name());
    node.put("tenant", key.tenant());
    node.put("team", key.team());
    node.put("ends_with", key.hint());
    node.put("status", status(key, now));
    node.put("created_at", key.createdAt().toString());
    time(node, "expires_at", key.expiresAt());
    time(node, "revoked_at", key.revokedAt());
    time(node, "old_key_until", key.previousUntil());
    key.grants().models().forEach(node.putArray("models")::add);
    key.grants().policies().forEach(node.putArray("policies")::add);
    key.tags().forEach(node.putArray("tags")::add);
    limits(node, key.quota());
    cache(node, key.cache());
    return node;
  }

  static ObjectNode quota(SharedQuota shared) {
    ObjectNode node = Json.object();
    node.put("tenant", shared.tenant());
    node.put("team", shared.team());
    limits(node, shared.quota());
    return node;
  }

  /** How the cache may be used; nothing where that is not bounded. */
  static void cache(ObjectNode node, @Nullable CacheControl bounds) {
    if (bounds == null) {
      return;
    }
    if (!bounds.directives().isEmpty()) {
      node.put("cache_control", bounds.directives());
    }
    if (bounds.ttl() != null) {
      node.put("cache_ttl_s", BigDecimal.valueOf(bounds.ttl().toMillis(), 3));
    }
    if (bounds.leastSimilarity() != null) {
      node.put("cache_similarity", bounds.leastSimilarity());
    }
    if (bounds.scope() != null) {
      node.put("cache_scope", bounds.scope());
    }
  }

  /** Whether it works, in a word. */
  static String status(ApiKey key, Instant now) {
    if (key.revokedAt() != null) {
      return "revoked";
    }
    return key.activeAt(now) ? "active" : "expired";
  }

  private static void time(ObjectNode node, String field, @Nullable Instant time) {
    if (time != null) {
      node.put(field, time.toString());
    }
  }

  private static void limits(ObjectNode node, Quota quota) {
    RateLimits rates = quota.rates();
    positive(node, "requests_per_minute", rates.requestsPerMinute());
    positive(node, "tokens_per_minute", rates.tokensPerMinute());
    positive(node, "concurrent_requests", rates.concurrent());
    SpendLimits spend = quota.spend();
    usd(node, "budget_day_usd", spend.dayNanoUsd());
    usd(node, "budget_month_usd", spend.monthNanoUsd());
    usd(node, "budget_total_usd", spend.totalNanoUsd());
  }

  private static void positive(ObjectNode node, String field, long value) {
    if (value > 0) {
      node.put(field, value);
    }
  }

  private static void usd(ObjectNode node, String field, long nanoUsd) {
    if (nanoUsd > 0) {
      node.put(field, Usd.decimal(nanoUsd));
    }
  }
}
