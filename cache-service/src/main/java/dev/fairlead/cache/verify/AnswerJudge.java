package dev.fairlead.cache.verify;

/** Says whether two answers to nearly the same request say the same. Stateless. */
public interface AnswerJudge {

  /** Whether a user who got {@code kept} instead of {@code fresh} got a right answer. */
  boolean same(String kept, String fresh);
}
