package dev.fairlead.cache.verify;

import java.util.Set;

/**
 * No name of one text replaced by another name in the other. A name that is only added or dropped
 * is let pass.
 */
final class EntityVeto implements Veto {

  @Override
  public Kind kind() {
    return Kind.ENTITY;
  }

  @Override
  public boolean refuses(Phrase a, Phrase b) {
    return hasNameMissingIn(a, b) && hasNameMissingIn(b, a);
  }

  private static boolean hasNameMissingIn(Phrase a, Phrase b) {
    Set<String> words = Set.copyOf(b.words());
    return a.names().stream().anyMatch(name -> !words.contains(name));
  }
}
