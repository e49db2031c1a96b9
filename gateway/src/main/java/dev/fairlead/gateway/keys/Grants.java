package dev.fairlead.gateway.keys;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.util.List;

/**
 * What a key may ask for. An empty list allows everything.
 *
 * @param models catalogue ids; an entry that ends with {@code *} allows every id that begins so
 * @param policies labels of routing policies; where the default policy is none of them, the first
 *     takes its place
 */
public record Grants(List<String> models, List<String> policies) {

  /** Everything. */
  public static final Grants ALL = new Grants(List.of(), List.of());

  /** Copies; what is not said is not restricted. */
  public Grants {
    models = models == null ? List.of() : List.copyOf(models);
    policies = policies == null ? List.of() : List.copyOf(policies);
  }

  /** Whether a model may answer. */
  public boolean allowsModel(String id) {
    return models.isEmpty() || models.stream().anyMatch(entry -> matches(entry, id));
  }

  /** Whether a policy may be asked for. */
  public boolean allowsPolicy(String label) {
    return policies.isEmpty() || policies.contains(label);
  }

  /** The policy of requests that ask for none, given what is configured. */
  public String defaultPolicy(String configured) {
    return allowsPolicy(configured) ? configured : policies.getFirst();
  }

  /** Whether everything is allowed. */
  @JsonIgnore
  public boolean isAll() {
    return models.isEmpty() && policies.isEmpty();
  }

  private static boolean matches(String entry, String id) {
    return entry.endsWith("*")
        ? id.startsWith(entry.substring(0, entry.length() - 1))
        : entry.equals(id);
  }
}
