package dev.fairlead.gateway.edge;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.server.ServiceRequestContext;
import dev.fairlead.gateway.cache.CacheClient;
import dev.fairlead.gateway.dialect.DialectCodec;
import dev.fairlead.v1.GetStatsResponse;
import java.util.concurrent.CompletableFuture;

/** {@code GET /cache/stats}. */
final class CacheStatsService extends EdgeService {

  private final CacheClient cache;

  CacheStatsService(DialectCodec errors, CacheClient cache) {
    super(errors, HttpMethod.GET);
    this.cache = cache;
  }

  @Override
  HttpResponse handle(ServiceRequestContext context, RequestHeaders headers, byte[] body) {
    CompletableFuture<HttpResponse> response = new CompletableFuture<>();
    String requestId = EdgeContext.requestId(context);
    cache.stats(
        stats -> response.complete(Json.response(200, requestId, json(stats))),
        error -> response.complete(unavailable(context, error)));
    return HttpResponse.of(response);
  }

  /** The figures by name. */
  static ObjectNode json(GetStatsResponse stats) {
    ObjectNode node = Json.object();
    long hits =
        stats.getExactHits()
            + stats.getSemanticHits()
            + stats.getCoalescedHits()
            + stats.getStaleHits();
    node.put("lookups", stats.getLookups());
    node.put("hits", hits);
    node.put("exact_hits", stats.getExactHits());
    node.put("semantic_hits", stats.getSemanticHits());
    node.put("coalesced_hits", stats.getCoalescedHits());
    node.put("stale_hits", stats.getStaleHits());
    node.put("refreshes", stats.getRefreshes());
    node.put("misses", stats.getMisses());
    node.put("hit_ratio", stats.getLookups() == 0 ? 0 : (double) hits / stats.getLookups());
    node.put("stores", stats.getStores());
    node.put("evictions", stats.getEvictions());
    node.put("entries", stats.getEntries());
    node.put("vectors", stats.getVectors());
    node.put("store", stats.getStore());
    node.put("store_available", stats.getStoreAvailable());
    node.put("store_failures", stats.getStoreFailures());
    node.put("semantic_policy", stats.getSemanticPolicy());
    node.put(
        "operating_similarity",
        stats.hasOperatingSimilarity() ? stats.getOperatingSimilarity() : null);
    node.put("labels", stats.getLabels());
    node.put("wrong_labels", stats.getWrongLabels());
    node.put("false_hit_rate", stats.hasFalseHitRate() ? stats.getFalseHitRate() : null);
    node.put("false_hit_rate_low", stats.hasFalseHitRateLow() ? stats.getFalseHitRateLow() : null);
    node.put(
        "false_hit_rate_high", stats.hasFalseHitRateHigh() ? stats.getFalseHitRateHigh() : null);
    ObjectNode vetoes = node.putObject("vetoes");
    stats.getVetoesMap().forEach(vetoes::put);
    return node;
  }
}
