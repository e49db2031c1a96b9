package dev.fairlead.gateway.upstream;

import dev.fairlead.catalog.Capability;
import dev.fairlead.catalog.Catalog;
import dev.fairlead.catalog.ModelSpec;
import dev.fairlead.catalog.Price;
import dev.fairlead.catalog.Tier;
import dev.fairlead.common.failure.Failure;
import dev.fairlead.v1.ListModelsRequest;
import dev.fairlead.v1.ListModelsResponse;
import dev.fairlead.v1.LongContextPrice;
import dev.fairlead.v1.Model;
import dev.fairlead.v1.ProviderServiceGrpc;
import io.grpc.Channel;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The catalogue in force, kept up to date from the provider service, which owns it. While the
 * provider service is away the last known catalogue stays. Thread-safe.
 */
public final class CatalogFollower implements AutoCloseable {

  private static final Logger logger = LoggerFactory.getLogger(CatalogFollower.class);

  private final ProviderServiceGrpc.ProviderServiceStub stub;
  private final ScheduledFuture<?> timer;
  private volatile @Nullable Known current;
  private volatile long reloadAt;

  /** A catalogue, and the digest by which the provider service tells whether it has another. */
  private record Known(Catalog catalog, String digest) {}

  /** Asks at once and then every {@code interval}. */
  public CatalogFollower(Channel channel, Duration interval, ScheduledExecutorService scheduler) {
    this.stub = ProviderServiceGrpc.newStub(channel);
    this.timer =
        scheduler.scheduleWithFixedDelay(
            () -> refresh(() -> {}), 0, interval.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** The catalogue; empty before the first answer of the provider service. */
  public Optional<Catalog> current() {
    return Optional.ofNullable(current).map(Known::catalog);
  }

  /**
   * The catalogue.
   *
   * @throws dev.fairlead.common.failure.FailureException UpstreamUnavailable before the first
   *     answer
   */
  public Catalog require() {
    Known known = current;
    if (known == null) {
      throw new Failure.UpstreamUnavailable(
              "the models are not known yet: the provider service has not answered",
              0,
              Duration.ofSeconds(1))
          .asException();
    }
    return known.catalog();
  }

  @Override
  public void close() {
    timer.cancel(false);
  }

  /**
   * From now on every replica that is asked reads its configuration again, unless it has since.
   *
   * @param epochMillis when an operator wanted it
   */
  public void reloadEverywhere(long epochMillis) {
    reloadAt = epochMillis;
  }

  /**
   * Asks now; {@code then} runs on the transport's thread when the answer, or none, has come. Does
   * not block.
   */
  public void refresh(Runnable then) {
    Known known = current;
    ListModelsRequest request =
        ListModelsRequest.newBuilder()
            .setKnownVersion(known == null ? 0 : known.catalog().version())
            .setKnownDigest(known == null ? "" : known.digest())
            .setReloadAt(reloadAt)
            .build();
    stub.withDeadlineAfter(2, TimeUnit.SECONDS)
        .listModels(
            request,
            new UnaryResult<>(
                response -> {
                  accept(response, known);
                  then.run();
                },
                error -> {
                  logger.debug("models not refreshed: {}", error.getMessage());
                  then.run();
                }));
  }

  /**
   * Takes an answer. One without models says that nothing has changed since {@code told}, which
   * need not be what is known by now: a reload asks beside the timer.
   */
  private void accept(ListModelsResponse response, @Nullable Known told) {
    boolean same =
        told != null
            && (response.getDigest().isEmpty()
                ? told.catalog().version() == response.getVersion()
                : told.digest().equals(response.getDigest()));
    if (response.getModelsCount() == 0 && same) {
      return;
    }
    current =
        new Known(
            Catalog.of(
                response.getVersion(),
                response.getModelsList().stream().map(CatalogFollower::spec).toList()),
            response.getDigest());
    logger.info(
        "catalogue version {}: {} models", response.getVersion(), response.getModelsCount());
  }

  private static ModelSpec spec(Model model) {
    Set<Capability> capabilities =
        model.getCapabilitiesList().stream()
            .flatMap(label -> Capability.ofLabel(label).stream())
            .collect(Collectors.toUnmodifiableSet());
    return new ModelSpec(
        model.getId(),
        model.getProvider(),
        model.getUpstream(),
        tier(model.getTier()),
        price(model),
        model.getContextWindow(),
        model.getMaxOutputTokens(),
        capabilities);
  }

  private static @Nullable Tier tier(dev.fairlead.v1.Tier tier) {
    return switch (tier) {
      case TIER_CHEAP -> Tier.CHEAP;
      case TIER_STANDARD -> Tier.STANDARD;
      case TIER_QUALITY -> Tier.QUALITY;
      case TIER_UNSPECIFIED, UNRECOGNIZED -> null;
    };
  }

  private static @Nullable Price price(Model model) {
    if (!model.hasInputNanoUsdPerMillion() || !model.hasOutputNanoUsdPerMillion()) {
      return null;
    }
    long input = model.getInputNanoUsdPerMillion();
    return new Price(
        input,
        model.getOutputNanoUsdPerMillion(),
        model.hasCachedInputNanoUsdPerMillion() ? model.getCachedInputNanoUsdPerMillion() : input,
        model.hasCacheWriteNanoUsdPerMillion() ? model.getCacheWriteNanoUsdPerMillion() : input,
        model.getLongContextPricesList().stream().map(CatalogFollower::longContext).toList());
  }

  private static Price.LongContext longContext(LongContextPrice step) {
    return new Price.LongContext(
        step.getAbovePromptTokens(),
        new Price(
            step.getInputNanoUsdPerMillion(),
            step.getOutputNanoUsdPerMillion(),
            step.getCachedInputNanoUsdPerMillion(),
            step.getCacheWriteNanoUsdPerMillion()));
  }
}
