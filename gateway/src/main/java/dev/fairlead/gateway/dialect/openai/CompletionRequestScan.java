package dev.fairlead.gateway.dialect.openai;

import dev.fairlead.gateway.dialect.RequestScan;
import dev.fairlead.gateway.dialect.ScanLimits;
import dev.fairlead.gateway.dialect.ScannedRequest;
import dev.fairlead.gateway.dialect.json.JsonExpect;
import dev.fairlead.gateway.dialect.json.JsonTape;
import dev.fairlead.gateway.dialect.json.JsonTape.Kind;
import dev.fairlead.gateway.dialect.json.PromptText;
import dev.fairlead.gateway.dialect.json.RequestFields;
import dev.fairlead.v1.Dialect;
import java.util.Set;

/** One legacy Completions request, member by member. One use an instance. */
final class CompletionRequestScan extends RequestScan {

  private static final Set<String> KNOWN =
      Set.of(
          "best_of",
          "echo",
          "fairlead",
          "frequency_penalty",
          "logit_bias",
          "logprobs",
          "max_tokens",
          "model",
          "n",
          "presence_penalty",
          "prompt",
          "seed",
          "stop",
          "stream",
          "stream_options",
          "suffix",
          "temperature",
          "top_k",
          "top_p",
          "user");

  private static final Set<String> OUTSIDE_SCOPE =
      Set.of("model", "stream", "stream_options", "user", "fairlead");

  private final Prompts prompts = new Prompts(tape);
  private int bestOf;

  private CompletionRequestScan(byte[] body, ScanLimits limits) {
    super(body, limits, KNOWN);
  }

  static ScannedRequest of(byte[] body, ScanLimits limits) {
    CompletionRequestScan scan = new CompletionRequestScan(body, limits);
    scan.readMembers();
    return scan.finish();
  }

  @Override
  protected void member(String name, int value) {
    switch (name) {
      case "prompt" -> prompts(value);
      case "stream_options" -> includeUsage = RequestFields.includeUsage(tape, value);
      case "max_tokens" ->
          // With echo, 0 asks for the prompt alone; 1 is the least to reckon with.
          maxTokens = Math.max(1, RequestFields.integer(tape, value, 0, Integer.MAX_VALUE));
      case "n" -> choices = RequestFields.integer(tape, value, 1, limits.maxChoices());
      case "best_of" -> bestOf = RequestFields.integer(tape, value, 1, limits.maxChoices());
      case "temperature" -> JsonExpect.number(tape, value, 0, 2);
      case "top_p" -> JsonExpect.number(tape, value, 0, 1);
      case "frequency_penalty", "presence_penalty" -> JsonExpect.number(tape, value, -2, 2);
      case "logprobs" -> {
        RequestFields.integer(tape, value, 0, 5);
        plainText = false;
      }
      case "seed" -> JsonExpect.integer(tape, value, Long.MIN_VALUE, Long.MAX_VALUE);
      case "echo" -> plainText &= !JsonExpect.bool(tape, value);
      case "suffix" -> {
        JsonExpect.kind(tape, value, Kind.STRING);
        otherCharacters += tape.characters(value);
        plainText = false;
      }
      case "logit_bias" -> JsonExpect.kind(tape, value, Kind.OBJECT);
      case "stop" -> RequestFields.stop(tape, value);
      case "user" -> user = RequestFields.endUser(tape, value);
      default -> {
        // Passes through, and counts for the digest.
      }
    }
  }

  private void prompts(int value) {
    switch (tape.kind(value)) {
      case STRING -> prompts.add(value);
      case ARRAY -> {
        if (tape.count(value) < 1 || tape.count(value) > limits.maxChoices()) {
          throw JsonExpect.wrongValue(tape, value, "1.." + limits.maxChoices() + " prompts");
        }
        int element = tape.first(value);
        for (int left = tape.count(value); left > 0; left--) {
          if (tape.kind(element) == Kind.NUMBER || tape.kind(element) == Kind.ARRAY) {
            throw JsonExpect.wrongType(
                tape, element, "text; arrays of token numbers are not supported");
          }
          JsonExpect.kind(tape, element, Kind.STRING);
          prompts.add(element);
          element = tape.next(element);
        }
      }
      default -> throw JsonExpect.wrongType(tape, value, "a string or an array of strings");
    }
  }

  private ScannedRequest finish() {
    if (prompts.count == 0) {
      throw JsonExpect.missing(tape, tape.root(), "prompt", "a string or an array of strings");
    }
    if (bestOf > 0 && bestOf < choices) {
      throw JsonExpect.wrongValue(
          tape, tape.member(tape.root(), "best_of"), "n, which is " + choices + ", or more");
    }
    choices = answers();
    return result(Dialect.DIALECT_OPENAI_COMPLETIONS, OUTSIDE_SCOPE, prompts);
  }

  /** Of all prompts together; both factors are at most a limit that is small. */
  private int answers() {
    int each = Math.max(choices, bestOf);
    int all = each * prompts.count;
    if (all > limits.maxChoices()) {
      throw JsonExpect.wrongValue(
          tape,
          tape.member(tape.root(), bestOf > 0 ? "best_of" : "n"),
          "at most "
              + limits.maxChoices()
              + " answers, which are n or best_of times the "
              + prompts.count
              + " of prompt");
    }
    return all;
  }

  /** All that is asked, as if it were one user's turn. */
  private static final class Prompts extends PromptText {
    private int count;

    Prompts(JsonTape tape) {
      super(tape);
      turnOf(true);
    }

    void add(int value) {
      text(value);
      count++;
    }
  }
}
