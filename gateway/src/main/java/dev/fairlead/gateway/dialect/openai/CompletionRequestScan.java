package dev.fairlead.gateway.dialect.openai;

import dev.fairlead.gateway.dialect.Controls;
import dev.fairlead.gateway.dialect.ControlsReader;
import dev.fairlead.gateway.dialect.RequestFacts;
import dev.fairlead.gateway.dialect.ScanLimits;
import dev.fairlead.gateway.dialect.ScannedRequest;
import dev.fairlead.gateway.dialect.json.CanonicalDigest;
import dev.fairlead.gateway.dialect.json.JsonExpect;
import dev.fairlead.gateway.dialect.json.JsonScanner;
import dev.fairlead.gateway.dialect.json.JsonTape;
import dev.fairlead.gateway.dialect.json.JsonTape.Kind;
import dev.fairlead.gateway.dialect.json.RequestFields;
import dev.fairlead.gateway.dialect.json.TopLevel;
import dev.fairlead.gateway.dialect.json.UserText;
import dev.fairlead.v1.Dialect;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One legacy Completions request, member by member. One use an instance. */
final class CompletionRequestScan {

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

  private final JsonTape tape;
  private final ScanLimits limits;
  private final UserText prompt;

  private String model = RequestFacts.AUTO;
  private boolean stream;
  private boolean includeUsage;
  private int maxTokens;
  private int choices = 1;
  private int bestOf;
  private int prompts;
  private long characters;
  private @Nullable String user;
  private Controls controls = Controls.NONE;
  private boolean plainText = true;

  private CompletionRequestScan(JsonTape tape, ScanLimits limits) {
    this.tape = tape;
    this.limits = limits;
    this.prompt = new UserText(tape);
  }

  static ScannedRequest of(byte[] body, ScanLimits limits) {
    JsonTape tape = JsonScanner.scan(body, limits.json());
    TopLevel members = TopLevel.of(tape, KNOWN);
    CompletionRequestScan scan = new CompletionRequestScan(tape, limits);
    for (int i = 0; i < members.count(); i++) {
      if (JsonExpect.isPresent(tape, members.value(i))) {
        scan.member(members.name(i), members.value(i));
      }
    }
    return scan.finish(members);
  }

  private void member(String name, int value) {
    switch (name) {
      case "model" -> model = JsonExpect.string(tape, value);
      case "prompt" -> prompts(value);
      case "stream" -> stream = JsonExpect.bool(tape, value);
      case "stream_options" -> includeUsage = RequestFields.includeUsage(tape, value);
      case "max_tokens" -> maxTokens = RequestFields.integer(tape, value, 1, Integer.MAX_VALUE);
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
        characters += tape.characters(value);
        plainText = false;
      }
      case "logit_bias" -> JsonExpect.kind(tape, value, Kind.OBJECT);
      case "stop" -> RequestFields.stop(tape, value);
      case "user" -> user = RequestFields.endUser(tape, value);
      case "fairlead" -> controls = ControlsReader.fromBody(tape, value);
      default -> {
        // Passes through, and counts for the digest.
      }
    }
  }

  private void prompts(int value) {
    switch (tape.kind(value)) {
      case STRING -> prompt(value);
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
          prompt(element);
          element = tape.next(element);
        }
      }
      default -> throw JsonExpect.wrongType(tape, value, "a string or an array of strings");
    }
  }

  private void prompt(int value) {
    prompt.add(value);
    characters += tape.characters(value);
    prompts++;
  }

  private ScannedRequest finish(TopLevel members) {
    if (prompts == 0) {
      throw JsonExpect.missing(tape, tape.root(), "prompt", "a string or an array of strings");
    }
    if (bestOf > 0 && bestOf < choices) {
      throw JsonExpect.wrongValue(
          tape, tape.member(tape.root(), "best_of"), "n, which is " + choices + ", or more");
    }
    String text = prompt.text();
    RequestFacts facts =
        new RequestFacts(
            model,
            stream,
            maxTokens > 0 ? OptionalInt.of(maxTokens) : OptionalInt.empty(),
            Math.max(choices, bestOf) * prompts,
            Set.of(),
            text,
            plainText && prompts == 1 && choices == 1 && bestOf <= 1 && !text.isBlank(),
            characters,
            user,
            CanonicalDigest.of(
                tape,
                members,
                Dialect.DIALECT_OPENAI_COMPLETIONS.name(),
                OUTSIDE_SCOPE,
                prompt.nodes(),
                prompt.boundaries()));
    return new ScannedRequest(
        facts, members.raw(Dialect.DIALECT_OPENAI_COMPLETIONS), includeUsage, controls);
  }
}
