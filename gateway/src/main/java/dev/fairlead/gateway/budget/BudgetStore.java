package dev.fairlead.gateway.budget;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * What was spent and what is reserved, for all gateways together. Each call is one step that no
 * other can come between, over all of its spenders. Does not block; a stage that fails means that
 * nothing is known. Time is the store's own.
 */
public interface BudgetStore {

  /**
   * Reserves for a request: all of {@code ask.full()} when that is a small part of what is left,
   * else as much as is likely needed, at most what is left. What was held under the same id before
   * is given back in the same step, also when there is not enough.
   */
  CompletionStage<Outcome> reserve(Ask ask);

  /**
   * Replaces a reservation by what was really spent, 0 to give it back; once a reservation, however
   * often it is called, also when the reservation has expired.
   *
   * @return what each spender had spent before and after, in their order
   */
  CompletionStage<List<Change>> settle(String id, List<Spender> spenders, long spentNanoUsd);

  /** Tells what a spender had spent before the store knew it; ignored for one that it knows. */
  CompletionStage<Void> seed(Spender spender, Spent spent);

  /** What spenders have spent and what is reserved for them; unknown ones have spent nothing. */
  CompletionStage<List<Standing>> standings(List<Spender> spenders);

  /**
   * A wish for money, in nano-dollars.
   *
   * @param id of the reservation, never settled before
   * @param full what the request can cost at most
   * @param likely what it will hardly exceed
   * @param least below which it is not worth answering
   * @param ttl after which the reservation is given back by itself
   */
  record Ask(String id, List<Spender> spenders, long full, long likely, long least, Duration ttl) {

    /** Part of what is left that one request may always have. */
    static final int SHARE = 16;

    /** Copies. */
    public Ask {
      spenders = List.copyOf(spenders);
    }

    /** What to grant when so much is left; negative for a refusal. */
    long grant(long left) {
      long wanted = Math.min(full, Math.max(likely, left / SHARE));
      long granted = Math.min(wanted, left);
      return granted < least ? -1 : granted;
    }
  }

  /** What became of a wish. */
  sealed interface Outcome {
    /** So much is reserved. */
    record Granted(long nanoUsd) implements Outcome {}

    /**
     * There is not enough.
     *
     * @param spender position of the one whose budget is spent
     * @param spent of that budget
     * @param reserved by requests under way
     */
    record Refused(int spender, Spender.Window window, long spent, long reserved)
        implements Outcome {}

    /** Nothing is reserved because the store does not know these spenders yet. */
    record Unseeded(List<Integer> spenders) implements Outcome {}
  }

  /** What a settlement changed. */
  record Change(Spent before, Spent after) {}

  /** How a spender stands. */
  record Standing(Spent spent, long reserved) {}
}
