package dev.fairlead.provider.call;

import dev.fairlead.v1.Dialect;
import java.util.Set;

/**
 * What calls an adapter can serve.
 *
 * @param dialects raw dialects that it passes through
 * @param translated raw dialects that it serves by way of typed requests
 * @param typed whether it takes typed requests
 * @param toolCalls whether its models can call tools at all
 * @param reporting whether it says for every call what it leaves out of the request, be it nothing
 */
public record Capabilities(
    Set<Dialect> dialects,
    Set<Dialect> translated,
    boolean typed,
    boolean toolCalls,
    boolean reporting) {

  /** Copies. */
  public Capabilities {
    dialects = Set.copyOf(dialects);
    translated = Set.copyOf(translated);
  }

  /** Those of an adapter, which translates nothing itself and leaves nothing out. */
  public Capabilities(Set<Dialect> dialects, boolean typed, boolean toolCalls) {
    this(dialects, Set.of(), typed, toolCalls, false);
  }

  /** The same of an adapter that says for every call what it leaves out. */
  public Capabilities thatReport() {
    return new Capabilities(dialects, translated, typed, toolCalls, true);
  }

  /** The same with further dialects, by way of typed requests. */
  public Capabilities translating(Set<Dialect> foreign) {
    return new Capabilities(dialects, foreign, typed, toolCalls, reporting);
  }

  /** Whether it serves a request of that form in other words than the client's. */
  public boolean translates(RequestForm form) {
    return form instanceof RequestForm.Raw raw && translated.contains(raw.request().getDialect());
  }

  /**
   * Whether {@link AnswerListener#onDropped} comes for a request of that form, unless the call
   * fails on the way there.
   */
  public boolean reports(RequestForm form) {
    return reporting || translates(form);
  }

  /** Whether it can serve a request of that form. */
  public boolean serves(RequestForm form) {
    return switch (form) {
      case RequestForm.Raw raw ->
          dialects.contains(raw.request().getDialect())
              || translated.contains(raw.request().getDialect());
      case RequestForm.Typed typedRequest -> typed;
    };
  }
}
