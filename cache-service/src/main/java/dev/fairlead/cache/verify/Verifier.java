package dev.fairlead.cache.verify;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Refuses a near request when any veto does. Stateless; takes microseconds for a prompt of usual
 * length.
 */
public final class Verifier {

  private static final List<Veto> VETOES =
      List.of(
          new NumberVeto(),
          new DateVeto(),
          new UnitVeto(),
          new NegationVeto(),
          new AntonymVeto(),
          new DirectionVeto(),
          new EntityVeto(),
          new CodeVeto(),
          new LanguageVeto(),
          new SymbolVeto(),
          new UnspacedVeto(),
          new SubstitutionVeto());

  /** The names of all vetoes, in the order in which they are asked. */
  public static List<String> names() {
    return VETOES.stream().map(Verifier::name).toList();
  }

  /**
   * The name of the first veto that refuses to answer {@code request} with what was answered to
   * {@code known}.
   */
  public Optional<String> refusal(String request, String known) {
    Phrase a = Phrase.of(request);
    Phrase b = Phrase.of(known);
    return VETOES.stream().filter(veto -> veto.refuses(a, b)).map(Verifier::name).findFirst();
  }

  private static String name(Veto veto) {
    return veto.kind().name().toLowerCase(Locale.ROOT);
  }
}
