package dev.fairlead.gateway.limits;

import dev.fairlead.common.failure.Failure;
import dev.fairlead.gateway.budget.Reservation;
import dev.fairlead.gateway.keys.Owner;
import dev.fairlead.gateway.keys.Principal;
import dev.fairlead.gateway.limits.LimitDecision.Refusal;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Lets requests in that keep their owners' limits. Does not block; thread-safe. */
public final class RateLimiter {

  private static final CompletableFuture<Pass> FREE =
      CompletableFuture.completedFuture(new Pass(null, null, LimitStatus.NONE));

  private final LimitStore store;

  /** Limits by a store. */
  public RateLimiter(LimitStore store) {
    this.store = store;
  }

  /**
   * Permission to go on; {@link #end} gives it back, once, however often it is called. Thread-safe.
   */
  public static final class Pass {
    private final @Nullable LimitDemand demand;
    private final @Nullable LimitDecision decision;
    private final LimitStatus status;
    private final AtomicBoolean ended = new AtomicBoolean();
    private final AtomicReference<@Nullable Reservation> held;

    Pass(@Nullable LimitDemand demand, @Nullable LimitDecision decision, LimitStatus status) {
      this.demand = demand;
      this.decision = decision;
      this.status = status;
      this.held =
          new AtomicReference<>(
              demand != null && decision != null && decision.held() ? demand.wish() : null);
    }

    /**
     * The money that was held when the request was let in, for the first who takes it and settles
     * it; null when there is none, or the request has ended.
     */
    public @Nullable Reservation takeHeld() {
      return held.getAndSet(null);
    }

    /** What is left to the caller. */
    public LimitStatus status() {
      return status;
    }

    /** Whether anything is limited at all. */
    public boolean limited() {
      return demand != null;
    }

    /**
     * The request has ended.
     *
     * @param tokens used in fact; negative when that is not known
     */
    public void end(long tokens) {
      if (demand != null && decision != null && !ended.getAndSet(true)) {
        decision.store().finish(demand, decision, tokens);
        Reservation unused = takeHeld();
        if (unused != null) {
          unused.settle(0);
        }
      }
    }
  }

  /** A refusal with what is left to the caller. Without a stack trace. */
  public static final class LimitedException extends RuntimeException {
    private static final long serialVersionUID = 1;
    private final transient Failure failure;
    private final transient LimitStatus status;

    LimitedException(Failure failure, LimitStatus status) {
      super(failure.message(), null, false, false);
      this.failure = failure;
      this.status = status;
    }

    /** What the caller is told. */
    public Failure failure() {
      return failure;
    }

    /** What is left. */
    public LimitStatus status() {
      return status;
    }
  }

  /** Whether a caller has limits, so that a request's tokens are worth estimating. */
  public static boolean concerns(Principal principal) {
    return !principal.keyQuota().rates().isNone()
        || !principal.teamQuota().rates().isNone()
        || !principal.tenantQuota().rates().isNone();
  }

  /**
   * Asks for permission.
   *
   * @param tokens expected of prompt and answer
   * @return fails with {@link LimitedException} when a limit is reached
   */
  public CompletableFuture<Pass> admit(Principal principal, long tokens) {
    return admit(principal, tokens, null);
  }

  /** Whether money can be held in the step that lets a request in. */
  public boolean holdsMoney() {
    return store.holdsMoney();
  }

  /**
   * Asks for permission, and for money in the same step.
   *
   * @param wish what {@link Pass#takeHeld} answers when it was held; null for none
   */
  public CompletableFuture<Pass> admit(
      Principal principal, long tokens, @Nullable Reservation wish) {
    if (!concerns(principal)) {
      return FREE;
    }
    List<Owner> owners =
        principal.owners().stream().filter(owner -> !owner.quota().rates().isNone()).toList();
    LimitDemand demand =
        new LimitDemand(UUID.randomUUID().toString(), principal.tenant(), owners, tokens, wish);
    return store.admit(demand).thenApply(decision -> passed(demand, decision));
  }

  private static Pass passed(LimitDemand demand, LimitDecision decision) {
    Refusal refused = decision.refused();
    if (refused != null) {
      throw new LimitedException(
          new Failure.RateLimited(message(refused, demand), refused.retryAfter()),
          decision.status());
    }
    return new Pass(demand, decision, decision.status());
  }

  private static String message(Refusal refused, LimitDemand demand) {
    String who = refused.owner().kind().name().toLowerCase(Locale.ROOT);
    return switch (refused.what()) {
      case REQUESTS ->
          "rate limit of the " + who + " reached: " + refused.limit() + " requests per minute";
      case TOKENS ->
          "rate limit of the "
              + who
              + " reached: "
              + refused.limit()
              + " tokens per minute, and this request needs about "
              + demand.tokens();
      case CONCURRENT ->
          "rate limit of the " + who + " reached: " + refused.limit() + " requests at a time";
    };
  }
}
