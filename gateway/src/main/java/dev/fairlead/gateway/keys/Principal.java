package dev.fairlead.gateway.keys;

import dev.fairlead.gateway.dialect.CacheControl;
import io.grpc.Context;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who makes a request. Immutable, without anything secret.
 *
 * @param tenant owner of the team and of everything that is cached for it
 * @param team part of the tenant; empty when the key belongs to none
 * @param keyId public id of the key; empty while no keys are needed
 * @param tags labels of the key that go with each of its requests
 * @param grants what it may ask for
 * @param keyQuota what the key may use
 * @param teamQuota what the team's keys may use together
 * @param tenantQuota what the tenant's keys may use together
 * @param cache how its requests may use the cache at most; null for no bounds
 */
public record Principal(
    String tenant,
    String team,
    String keyId,
    List<String> tags,
    Grants grants,
    Quota keyQuota,
    Quota teamQuota,
    Quota tenantQuota,
    @Nullable CacheControl cache) {

  /** Tenant of requests without keys. */
  public static final String DEFAULT_TENANT = "default";

  /** Whoever asks while no keys are needed. */
  public static final Principal ANONYMOUS = anonymous(Quota.NONE);

  /** The principal of the call being served; {@link #ANONYMOUS} where none was found out. */
  public static final Context.Key<Principal> CURRENT =
      Context.keyWithDefault("fairlead-principal", ANONYMOUS);

  /** Copies. */
  public Principal {
    tags = List.copyOf(tags);
  }

  /** Whoever asks while no keys are needed, held to the default tenant's quota. */
  static Principal anonymous(Quota tenantQuota) {
    return new Principal(
        DEFAULT_TENANT, "", "", List.of(), Grants.ALL, Quota.NONE, Quota.NONE, tenantQuota, null);
  }

  /** Whether it has a key. */
  public boolean authenticated() {
    return !keyId.isEmpty();
  }

  /** Everyone whom a request counts against, from the inside; the tenant always, last. */
  public List<Owner> owners() {
    List<Owner> owners = new ArrayList<>(3);
    if (!keyId.isEmpty()) {
      owners.add(new Owner(Owner.Kind.KEY, keyId, keyQuota));
    }
    if (!team.isEmpty()) {
      owners.add(new Owner(Owner.Kind.TEAM, tenant + "/" + team, teamQuota));
    }
    owners.add(new Owner(Owner.Kind.TENANT, tenant, tenantQuota));
    return owners;
  }
}
