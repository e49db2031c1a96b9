package dev.fairlead.gateway.typed;

import dev.fairlead.common.failure.Failure;
import dev.fairlead.gateway.dialect.CacheControl;
import dev.fairlead.gateway.dialect.Controls;
import dev.fairlead.gateway.dialect.Timing;
import dev.fairlead.gateway.dialect.json.JsonTape;
import dev.fairlead.v1.RequestControls;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The wishes of a typed request, within the bounds that a body's or a header's have. */
public final class TypedControls {

  private static final int MAX_TAGS = 16;
  private static final int MAX_TAG_LENGTH = 64;
  private static final long MAX_COST_NANO_USD = 1_000_000_000_000_000L;
  private static final Duration MAX_LATENCY = Duration.ofDays(1);
  private static final Duration MAX_TTL = Duration.ofDays(365);
  private static final Duration MAX_AGE = Duration.ofSeconds(9_999_999_999L);

  private TypedControls() {}

  /**
   * The wishes as the pipeline takes them.
   *
   * @throws dev.fairlead.common.failure.FailureException InvalidRequest that names the field
   */
  public static Controls of(RequestControls controls) {
    if (controls.equals(RequestControls.getDefaultInstance())) {
      return Controls.NONE;
    }
    require(
        !controls.hasMaxCostNanoUsd()
            || (controls.getMaxCostNanoUsd() >= 1
                && controls.getMaxCostNanoUsd() <= MAX_COST_NANO_USD),
        "controls.max_cost_nano_usd",
        "1 to " + MAX_COST_NANO_USD);
    boolean quality =
        !controls.hasQualityTarget()
            || (controls.getQualityTarget() > 0 && controls.getQualityTarget() <= 1);
    require(quality, "controls.quality_target", "above 0 up to 1");
    boolean tags =
        controls.getTagsCount() <= MAX_TAGS
            && controls.getTagsList().stream()
                .allMatch(tag -> !tag.isBlank() && isShortAndPrintable(tag));
    require(tags, "controls.tags", "up to 16, each of 1 to 64 printable characters");
    return new Controls(
        controls.hasPolicy() ? controls.getPolicy() : null,
        controls.hasMaxCostNanoUsd() ? controls.getMaxCostNanoUsd() : null,
        controls.hasLatencySlo()
            ? positive("controls.latency_slo", controls.getLatencySlo(), MAX_LATENCY)
            : null,
        controls.hasQualityTarget() ? controls.getQualityTarget() : null,
        cacheControl(controls),
        controls.getTagsList(),
        timing(controls));
  }

  /** The caller's timeout is its deadline, which the call's context carries. */
  private static Timing timing(RequestControls controls) {
    if (!controls.hasFirstTokenSlo() && !controls.hasPerTokenSlo()) {
      return Timing.NONE;
    }
    return new Timing(
        controls.hasFirstTokenSlo()
            ? positive("controls.first_token_slo", controls.getFirstTokenSlo(), MAX_LATENCY)
            : null,
        controls.hasPerTokenSlo()
            ? positive("controls.per_token_slo", controls.getPerTokenSlo(), MAX_LATENCY)
            : null,
        null,
        null);
  }

  private static Duration positive(
      String param, com.google.protobuf.Duration given, Duration most) {
    return within(param, given, Duration.ofNanos(1), most);
  }

  /** Of one that is far beyond its bounds no number of nanoseconds could be told. */
  private static Duration within(
      String param, com.google.protobuf.Duration given, Duration least, Duration most) {
    String expected = (least.isZero() ? "0" : "above 0") + " up to " + most.toSeconds() + " s";
    boolean tellable = given.getSeconds() >= 0 && given.getSeconds() <= MAX_AGE.toSeconds();
    require(tellable, param, expected);
    Duration duration = Duration.ofSeconds(given.getSeconds(), given.getNanos());
    require(duration.compareTo(least) >= 0 && duration.compareTo(most) <= 0, param, expected);
    return duration;
  }

  private static boolean isShortAndPrintable(String text) {
    return text.length() <= MAX_TAG_LENGTH && JsonTape.printable(text).equals(text);
  }

  private static @Nullable CacheControl cacheControl(RequestControls controls) {
    if (!controls.hasCacheControl()) {
      return null;
    }
    dev.fairlead.v1.CacheControl wish = controls.getCacheControl();
    Duration maxAge =
        wish.hasMaxAge()
            ? within("controls.cache_control.max_age", wish.getMaxAge(), Duration.ZERO, MAX_AGE)
            : null;
    boolean similarity =
        !wish.hasLeastSimilarity()
            || (wish.getLeastSimilarity() >= 0 && wish.getLeastSimilarity() <= 1);
    require(similarity, "controls.cache_control.least_similarity", "0 to 1");
    require(
        isShortAndPrintable(wish.getScope()),
        "controls.cache_control.scope",
        "up to 64 printable characters");
    return new CacheControl(
        wish.getNoCache(),
        wish.getNoStore(),
        maxAge,
        wish.hasTtl() ? positive("controls.cache_control.ttl", wish.getTtl(), MAX_TTL) : null,
        wish.hasLeastSimilarity() ? wish.getLeastSimilarity() : null,
        wish.getScope().isEmpty() ? null : wish.getScope());
  }

  private static void require(boolean holds, String param, String expectation) {
    if (!holds) {
      throw Failure.InvalidRequest.of(param, param + " (expected: " + expectation + ")")
          .asException();
    }
  }
}
