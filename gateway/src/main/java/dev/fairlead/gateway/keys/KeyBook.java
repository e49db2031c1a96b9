package dev.fairlead.gateway.keys;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * All keys, revoked ones too, and the quotas that keys share. Immutable.
 *
 * @param keys oldest first
 */
public record KeyBook(List<ApiKey> keys, List<SharedQuota> quotas) {

  /** Before any key was made. */
  public static final KeyBook EMPTY = new KeyBook(List.of(), List.of());

  /** Copies. */
  public KeyBook {
    keys = keys == null ? List.of() : List.copyOf(keys);
    quotas = quotas == null ? List.of() : List.copyOf(quotas);
  }

  /** The key of that public id. */
  public Optional<ApiKey> find(String id) {
    return keys.stream().filter(key -> key.id().equals(id)).findFirst();
  }

  /** What the keys of a team share, or with an empty team those of the tenant. */
  public Quota quota(String tenant, String team) {
    return quotas.stream()
        .filter(shared -> shared.tenant().equals(tenant) && shared.team().equals(team))
        .map(SharedQuota::quota)
        .findFirst()
        .orElse(Quota.NONE);
  }

  KeyBook with(ApiKey fresh) {
    List<ApiKey> all = new ArrayList<>(keys);
    all.add(fresh);
    return new KeyBook(all, quotas);
  }

  KeyBook replacing(ApiKey changed) {
    return new KeyBook(
        keys.stream().map(key -> key.id().equals(changed.id()) ? changed : key).toList(), quotas);
  }

  KeyBook with(SharedQuota changed) {
    List<SharedQuota> all = new ArrayList<>(quotas);
    all.removeIf(
        quota -> quota.tenant().equals(changed.tenant()) && quota.team().equals(changed.team()));
    if (!changed.quota().isNone()) {
      all.add(changed);
    }
    return new KeyBook(keys, all);
  }
}
