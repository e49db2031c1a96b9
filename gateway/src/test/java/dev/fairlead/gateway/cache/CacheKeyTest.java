package dev.fairlead.gateway.cache;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.fairlead.gateway.dialect.RequestFacts;
import dev.fairlead.gateway.keys.Grants;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CacheKeyTest {

  private static RequestFacts facts(String model, String text, int digestByte) {
    byte[] digest = new byte[32];
    digest[0] = (byte) digestByte;
    return new RequestFacts(
        model,
        false,
        OptionalInt.empty(),
        1,
        Set.of(),
        text,
        true,
        text.length(),
        null,
        ByteString.copyFrom(digest),
        true);
  }

  @Test
  void sameRequest_hasTheSameKey() {
    assertThat(CacheKey.of("t", "complexity", null, facts("auto", "hi", 1)))
        .isEqualTo(CacheKey.of("t", "complexity", null, facts("auto", "hi", 1)));
  }

  @Test
  void fingerprint_differs_whereverTheRequestDoes() {
    List<CacheKey> keys =
        List.of(
            CacheKey.of("t", "complexity", null, facts("auto", "hi", 1)),
            CacheKey.of("u", "complexity", null, facts("auto", "hi", 1)),
            CacheKey.of("t", "cheapest", null, facts("auto", "hi", 1)),
            CacheKey.of("t", "complexity", 0.9, facts("auto", "hi", 1)),
            CacheKey.of(
                "t", "complexity", null, "faq", facts("auto", "hi", 1), Grants.ALL, Map.of()),
            CacheKey.of(
                "t", "complexity", null, "docs", facts("auto", "hi", 1), Grants.ALL, Map.of()),
            forwarding(Map.of("anthropic-beta", "a")),
            forwarding(Map.of("anthropic-beta", "b")),
            forwarding(Map.of("anthropic-version", "a")),
            forwarding(Map.of("anthropic-beta", "a", "anthropic-version", "b")),
            forwarding(Map.of("anthropic-beta", "b", "anthropic-version", "a")),
            CacheKey.of("t", "complexity", null, facts("auto2", "hi", 1)),
            CacheKey.of("t", "complexity", null, facts("auto", "ho", 1)),
            CacheKey.of("t", "complexity", null, facts("auto", "hi", 2)),
            CacheKey.of("ta", "complexity", null, facts("uto", "hi", 1)));
    assertThat(keys.stream().map(CacheKey::fingerprint).distinct()).hasSameSizeAs(keys);
  }

  @Test
  void scope_ignoresTheText_andNothingElse() {
    CacheKey one = CacheKey.of("t", "complexity", null, facts("auto", "hi", 1));
    assertThat(CacheKey.of("t", "complexity", null, facts("auto", "ho", 1)).scope())
        .isEqualTo(one.scope());
    assertThat(CacheKey.of("t", "cheapest", null, facts("auto", "hi", 1)).scope())
        .isNotEqualTo(one.scope());
    assertThat(one.scope().getDigest().size()).isEqualTo(32);
    assertThat(one.fingerprint().size()).isEqualTo(32);
  }

  private static CacheKey forwarding(Map<String, String> headers) {
    return CacheKey.of("t", "complexity", null, null, facts("auto", "hi", 1), Grants.ALL, headers);
  }

  @Test
  void forwardedHeaders_areOfTheScope_inAnyOrder() {
    Map<String, String> one = new LinkedHashMap<>();
    one.put("anthropic-version", "2");
    one.put("anthropic-beta", "1");
    Map<String, String> other = new LinkedHashMap<>();
    other.put("anthropic-beta", "1");
    other.put("anthropic-version", "2");
    assertThat(forwarding(one)).isEqualTo(forwarding(other));
    assertThat(forwarding(one).scope()).isNotEqualTo(forwarding(Map.of()).scope());
  }

  @Test
  void objectivesOfTime_changeNoKey_andNeitherDoHeadersThatAreNotThere() {
    CacheKey plain = CacheKey.of("t", "complexity", null, facts("auto", "hi", 1));
    assertThat(forwarding(Map.of())).isEqualTo(plain);
    assertThat(forwarding(Map.of("x-slo-ttft-ms", "5", "x-slo-tpot-ms", "6"))).isEqualTo(plain);
  }

  /** What `fairlead cache warm` keeps must be found by official clients. */
  @Test
  void versionThatAllClientsSend_changesNoKey() {
    assertThat(forwarding(Map.of("anthropic-version", "2023-06-01")))
        .isEqualTo(forwarding(Map.of()));
    assertThat(forwarding(Map.of("anthropic-version", "2023-01-01")))
        .isNotEqualTo(forwarding(Map.of()));
  }
}
