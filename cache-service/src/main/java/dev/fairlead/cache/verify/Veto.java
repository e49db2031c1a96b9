package dev.fairlead.cache.verify;

/**
 * One reason why two requests are not the same although their embeddings are near. Stateless,
 * symmetric.
 */
interface Veto {

  /** What it is called in statistics. */
  Kind kind();

  /** Whether the two must not share an answer. */
  boolean refuses(Phrase a, Phrase b);

  /** Every reason there is; the names are label values. */
  enum Kind {
    NUMBER,
    DATE,
    UNIT,
    NEGATION,
    ANTONYM,
    DIRECTION,
    ENTITY,
    SUBSTITUTION,
    CODE,
    LANGUAGE,
    SYMBOL,
    UNSPACED
  }
}
