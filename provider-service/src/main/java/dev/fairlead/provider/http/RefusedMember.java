package dev.fairlead.provider.http;

import dev.fairlead.common.failure.Failure.UpstreamRejected;
import dev.fairlead.common.failure.Failure.UpstreamRejected.Fault;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which member of a request a vendor complains about, as far as its words tell, and how: Anthropic
 * begins with the path of the member, and an input beyond the context is told by all in words only.
 * OpenAI says both in its error's members, which are quoted to its clients as they are.
 *
 * @param param member in Anthropic's words, {@code messages} for the whole prompt; null when unknown
 * @param code as OpenAI names it; null when unknown
 */
public record RefusedMember(@Nullable String param, @Nullable String code) {

  private static final RefusedMember UNKNOWN = new RefusedMember(null, null);
  private static final RefusedMember TOO_LONG =
      new RefusedMember("messages", "context_length_exceeded");
  private static final RefusedMember TOO_LARGE = new RefusedMember(null, "request_too_large");

  /** In the words of Anthropic, of OpenAI and its kin, of Gemini and of Bedrock's models. */
  private static final List<String> BEYOND_CONTEXT =
      List.of(
          "prompt is too long",
          "exceed context limit",
          "maximum context length",
          "context length exceeded",
          "context_length_exceeded",
          "exceeds the maximum number of tokens",
          "input is too long",
          "too many input tokens");

  private static final Pattern PATH = Pattern.compile("([a-z][a-z_]{2,30})(?:[.\\[][^:\\s]*)?: ");
  private static final Set<String> MEMBERS =
      Set.of(
          "max_tokens",
          "messages",
          "metadata",
          "service_tier",
          "stop_sequences",
          "system",
          "temperature",
          "thinking",
          "tool_choice",
          "tools",
          "top_k",
          "top_p");

  /** What a refusal with that status and these words, if any, is about. */
  public static RefusedMember of(int status, @Nullable String message) {
    if (status == 413) {
      return TOO_LARGE;
    }
    if (message == null) {
      return UNKNOWN;
    }
    String words = message.toLowerCase(Locale.ROOT);
    if (BEYOND_CONTEXT.stream().anyMatch(words::contains)) {
      return TOO_LONG;
    }
    Matcher path = PATH.matcher(message);
    return path.lookingAt() && MEMBERS.contains(path.group(1))
        ? new RefusedMember(path.group(1), null)
        : UNKNOWN;
  }

  /** The refusal, with the words that the caller reads. */
  public UpstreamRejected inFailure(String message, int httpStatus) {
    return new UpstreamRejected(message, httpStatus, Fault.CALLER, param, code);
  }
}
