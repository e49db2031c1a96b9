package dev.fairlead.cache.redis;

import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import dev.fairlead.cache.store.ScopeKey;
import dev.fairlead.redis.RedisLink;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The names of everything in Redis. An entry and its lease share a hash tag and therefore a cluster
 * slot, so that one script can look at both. Names of tenants do not appear, only their digests.
 */
record RedisKeys(String prefix) {

  static RedisKeys of(RedisLink link) {
    return new RedisKeys(link.keyPrefix());
  }

  String entry(String id) {
    return prefix + ":cache:e:{" + id + "}";
  }

  String entryPattern() {
    return prefix + ":cache:e:*";
  }

  /** The id in an entry's name. */
  static String idOf(String entryKey) {
    return entryKey.substring(entryKey.indexOf('{') + 1, entryKey.lastIndexOf('}'));
  }

  String lease(String id) {
    return prefix + ":cache:l:{" + id + "}";
  }

  /** The set of all tenants' digests. */
  String tenants() {
    return prefix + ":cache:tenants";
  }

  /** The entries of a tenant by expiry. */
  String tenant(String digest) {
    return prefix + ":cache:t:" + digest;
  }

  static String digest(String text) {
    return Hashing.sha256().hashString(text, StandardCharsets.UTF_8).toString();
  }

  /** The labels of one tenant and model. */
  String labels(String tenant, String model) {
    return prefix + ":cache:labels:" + digest(tenant.length() + ":" + tenant + model);
  }

  /** That something was said of an answer. */
  String rating(String what) {
    return prefix + ":cache:r:" + digest(what);
  }

  /** The vectors of one scope and encoder. */
  String vectors(ScopeKey scope, String encoder) {
    Hasher hasher = Hashing.sha256().newHasher();
    for (String part : List.of(scope.tenant(), scope.model(), encoder)) {
      hasher.putInt(part.length()).putString(part, StandardCharsets.UTF_8);
    }
    return prefix + ":cache:v:" + hasher.putBytes(scope.digest().toByteArray()).hash();
  }

  String feed() {
    return prefix + ":cache:feed";
  }

  String counters() {
    return prefix + ":cache:counters";
  }
}
