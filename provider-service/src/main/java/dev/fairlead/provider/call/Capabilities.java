package dev.fairlead.provider.call;

import dev.fairlead.v1.Dialect;
import java.util.Set;

/**
 * What calls an adapter can serve.
 *
 * @param dialects raw dialects that it passes through
 * @param typed whether it takes typed requests
 * @param toolCalls whether its models can call tools at all
 */
public record Capabilities(Set<Dialect> dialects, boolean typed, boolean toolCalls) {

  /** Copies. */
  public Capabilities {
    dialects = Set.copyOf(dialects);
  }

  /** Whether it can serve a request of that form. */
  public boolean serves(RequestForm form) {
    return switch (form) {
      case RequestForm.Raw raw -> dialects.contains(raw.request().getDialect());
      case RequestForm.Typed typedRequest -> typed;
    };
  }
}
