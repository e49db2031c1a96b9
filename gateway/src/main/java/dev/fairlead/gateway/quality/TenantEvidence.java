package dev.fairlead.gateway.quality;

import java.util.Comparator;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What was seen at each tenant, of a bounded number of them: the one at which nothing was seen for
 * longest goes, which loses least, for its evidence has faded most. Thread-safe.
 */
final class TenantEvidence {

  /** Tenants that are kept, some 0.3 KB for each of their models. */
  static final int MOST = 1_024;

  private final Map<String, QualityEvidence> tenants = new ConcurrentHashMap<>();

  @Nullable QualityEvidence find(String tenant) {
    return tenants.get(tenant);
  }

  void add(String tenant, String model, double gain, double quality, double now) {
    QualityEvidence known = tenants.computeIfAbsent(tenant, name -> new QualityEvidence());
    known.add(model, gain, quality, now);
    if (tenants.size() > MOST) {
      tenants.entrySet().stream()
          .filter(other -> other.getValue() != known)
          .min(Comparator.comparingDouble(other -> other.getValue().newest()))
          .ifPresent(oldest -> tenants.remove(oldest.getKey(), oldest.getValue()));
    }
  }

  int size() {
    return tenants.size();
  }
}
