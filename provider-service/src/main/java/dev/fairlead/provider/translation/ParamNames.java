package dev.fairlead.provider.translation;

import dev.fairlead.common.failure.Failure;
import dev.fairlead.common.failure.Failure.UpstreamRejected;
import dev.fairlead.provider.http.RefusedMember;
import dev.fairlead.v1.Dialect;
import org.jspecify.annotations.Nullable;

/**
 * What the client calls the member that a vendor complains about, which {@link RefusedMember} names
 * in Anthropic's words. Pure.
 */
final class ParamNames {

  private ParamNames() {}

  /** The failure, with the client's own name of the member. */
  static Failure in(Dialect client, Failure failure) {
    if (!(failure instanceof UpstreamRejected rejected) || rejected.param() == null) {
      return failure;
    }
    String name =
        switch (client) {
          case DIALECT_OPENAI_CHAT -> chat(rejected.param());
          case DIALECT_OPENAI_COMPLETIONS -> completions(rejected.param());
          case DIALECT_OPENAI_RESPONSES -> responses(rejected.param());
          default -> rejected.param();
        };
    return new UpstreamRejected(
        rejected.message(), rejected.httpStatus(), rejected.fault(), name, rejected.code());
  }

  private static String chat(String param) {
    return switch (param) {
      case "system" -> "messages";
      case "stop_sequences" -> "stop";
      case "thinking" -> "reasoning_effort";
      default -> param;
    };
  }

  private static @Nullable String completions(String param) {
    return switch (param) {
      case "messages", "system" -> "prompt";
      case "stop_sequences" -> "stop";
      case "thinking", "tools", "tool_choice" -> null;
      default -> param;
    };
  }

  private static @Nullable String responses(String param) {
    return switch (param) {
      case "messages" -> "input";
      case "system" -> "instructions";
      case "max_tokens" -> "max_output_tokens";
      case "thinking" -> "reasoning";
      case "stop_sequences" -> null;
      default -> param;
    };
  }
}
