package dev.fairlead.gateway.typed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Duration;
import dev.fairlead.common.failure.Failure;
import dev.fairlead.common.failure.FailureException;
import dev.fairlead.v1.CacheControl;
import dev.fairlead.v1.RequestControls;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TypedControlsTest {

  private static Duration seconds(long seconds) {
    return Duration.newBuilder().setSeconds(seconds).build();
  }

  private static void refused(RequestControls.Builder controls, String param) {
    assertThatThrownBy(() -> TypedControls.of(controls.build()))
        .isInstanceOfSatisfying(
            FailureException.class,
            error ->
                assertThat(error.failure())
                    .isInstanceOfSatisfying(
                        Failure.InvalidRequest.class,
                        invalid -> assertThat(invalid.param()).isEqualTo(param)));
  }

  private static RequestControls.Builder caching(
      Function<CacheControl.Builder, CacheControl.Builder> wish) {
    return RequestControls.newBuilder().setCacheControl(wish.apply(CacheControl.newBuilder()));
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -1, 86_401, 10_000_000_000L, Long.MAX_VALUE, Long.MIN_VALUE})
  void time_isRefused_outsideTheBoundsOfABody(long beyond) {
    Duration time = seconds(beyond);
    refused(RequestControls.newBuilder().setLatencySlo(time), "controls.latency_slo");
    refused(RequestControls.newBuilder().setFirstTokenSlo(time), "controls.first_token_slo");
    refused(RequestControls.newBuilder().setPerTokenSlo(time), "controls.per_token_slo");
  }

  @Test
  void time_isTaken_upToTheBounds() {
    RequestControls.Builder day = RequestControls.newBuilder().setLatencySlo(seconds(86_400));
    assertThat(TypedControls.of(day.build()).latencySlo()).isEqualTo(java.time.Duration.ofDays(1));
    Duration nano = Duration.newBuilder().setNanos(1).build();
    assertThat(
            TypedControls.of(RequestControls.newBuilder().setPerTokenSlo(nano).build())
                .timing()
                .perTokenSlo())
        .isEqualTo(java.time.Duration.ofNanos(1));
  }

  @Test
  void cacheWishes_areRefused_outsideTheBoundsOfABody() {
    refused(caching(cache -> cache.setMaxAge(seconds(-1))), "controls.cache_control.max_age");
    refused(
        caching(cache -> cache.setMaxAge(seconds(Long.MAX_VALUE))),
        "controls.cache_control.max_age");
    refused(caching(cache -> cache.setTtl(seconds(31_536_001))), "controls.cache_control.ttl");
    refused(caching(cache -> cache.setTtl(seconds(0))), "controls.cache_control.ttl");
    refused(caching(cache -> cache.setScope("a\nb")), "controls.cache_control.scope");
    assertThat(
            TypedControls.of(caching(cache -> cache.setMaxAge(seconds(0))).build()).cacheControl())
        .isNotNull();
  }

  @Test
  void costAndTags_areRefused_outsideTheBoundsOfABody() {
    refused(
        RequestControls.newBuilder().setMaxCostNanoUsd(Long.MAX_VALUE),
        "controls.max_cost_nano_usd");
    refused(RequestControls.newBuilder().setMaxCostNanoUsd(0), "controls.max_cost_nano_usd");
    refused(RequestControls.newBuilder().addTags("a\u0007"), "controls.tags");
    refused(RequestControls.newBuilder().addTags(" "), "controls.tags");
  }
}
