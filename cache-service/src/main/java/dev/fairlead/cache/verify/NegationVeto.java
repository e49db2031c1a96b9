package dev.fairlead.cache.verify;

import java.util.Set;

/** As many negations in one text as in the other. */
final class NegationVeto implements Veto {

  private static final Set<String> NEGATIONS =
      Set.of(
          "not",
          "no",
          "never",
          "none",
          "nobody",
          "nothing",
          "nowhere",
          "neither",
          "nor",
          "without",
          "except",
          "excluding",
          "unless",
          "hardly",
          "barely",
          "lack",
          "lacks",
          "lacking",
          "non");

  @Override
  public Kind kind() {
    return Kind.NEGATION;
  }

  @Override
  public boolean refuses(Phrase a, Phrase b) {
    return negations(a) != negations(b);
  }

  private static long negations(Phrase phrase) {
    return phrase.words().stream().filter(NEGATIONS::contains).count();
  }
}
