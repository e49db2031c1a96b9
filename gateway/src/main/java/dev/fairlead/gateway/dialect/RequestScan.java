package dev.fairlead.gateway.dialect;

import dev.fairlead.catalog.Capability;
import dev.fairlead.gateway.dialect.json.CanonicalDigest;
import dev.fairlead.gateway.dialect.json.JsonExpect;
import dev.fairlead.gateway.dialect.json.JsonScanner;
import dev.fairlead.gateway.dialect.json.JsonTape;
import dev.fairlead.gateway.dialect.json.JsonTape.Kind;
import dev.fairlead.gateway.dialect.json.PromptText;
import dev.fairlead.gateway.dialect.json.TopLevel;
import dev.fairlead.v1.Dialect;
import java.util.EnumSet;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One request, member by member; a format extends it by the members that are its own. One use an
 * instance.
 */
public abstract class RequestScan {

  /** The request. */
  protected final JsonTape tape;

  /** How much it may hold. */
  protected final ScanLimits limits;

  /** What the model must be able to do. */
  protected final EnumSet<Capability> needs = EnumSet.noneOf(Capability.class);

  /** Most tokens of the answer, 0 when the request does not say. */
  protected int maxTokens;

  /** Answers asked for. */
  protected int choices = 1;

  /** Whether a stream ends with an event that tells its usage. */
  protected boolean includeUsage;

  /** Who the caller's end user is, as the caller says. */
  protected @Nullable String user;

  /** Whether nothing but the prompt's words decides what a good answer is. */
  protected boolean plainText = true;

  /** Whether the answer may be kept; see {@link RequestFacts#keepable}. */
  protected boolean keepable = true;

  /** Characters that the model reads beside the turns. */
  protected long otherCharacters;

  private final TopLevel members;
  private final Set<String> known;
  private String model = RequestFacts.AUTO;
  private boolean stream;
  private Controls controls = Controls.NONE;

  /**
   * A scan of a body.
   *
   * @param known every name that the format gives a meaning to
   */
  protected RequestScan(byte[] body, ScanLimits limits, Set<String> known) {
    this.tape = JsonScanner.scan(body, limits.json());
    this.limits = limits;
    this.known = known;
    this.members = TopLevel.of(tape, known);
  }

  /**
   * A member that only this format has, or has in this form. Null is the same as absent, as OpenAI
   * has it, so {@code value} is never null here.
   */
  protected abstract void member(String name, int value);

  /** Reads every member. */
  protected final void readMembers() {
    for (int i = 0; i < members.count(); i++) {
      int value = members.value(i);
      if (JsonExpect.isPresent(tape, value)) {
        switch (members.name(i)) {
          case "model" -> model = JsonExpect.string(tape, value);
          case "stream" -> stream = JsonExpect.bool(tape, value);
          case "fairlead" -> controls = ControlsReader.fromBody(tape, value);
          default -> other(members.name(i), value);
        }
      }
    }
  }

  /** What is not known may be read by the model, as documents are that some servers take. */
  private void other(String name, int value) {
    if (!known.contains(name)) {
      otherCharacters += text(value);
    }
    member(name, value);
  }

  private long text(int value) {
    long characters = 0;
    int end = tape.next(value);
    int node = value;
    while (node < end) {
      Kind kind = tape.kind(node);
      characters += kind == Kind.STRING ? tape.characters(node) : 0;
      node = kind == Kind.OBJECT || kind == Kind.ARRAY ? tape.first(node) : tape.next(node);
    }
    return characters;
  }

  /**
   * What came of it; the last step, since the request cannot be asked afterwards.
   *
   * @param outsideScope names in which a request may differ and still have the same answer
   */
  protected final ScannedRequest result(
      Dialect dialect, Set<String> outsideScope, PromptText prompt) {
    if (prompt.hasImages()) {
      needs.add(Capability.VISION);
    }
    RequestFacts facts =
        new RequestFacts(
            model,
            stream,
            maxTokens > 0 ? OptionalInt.of(maxTokens) : OptionalInt.empty(),
            choices,
            needs,
            prompt.lastUserText(),
            plainText && choices == 1 && prompt.isPlainQuestion(),
            prompt.characters() + otherCharacters,
            user,
            CanonicalDigest.of(
                tape,
                members,
                dialect.name(),
                outsideScope,
                prompt.lastUserNodes(),
                prompt.boundaries()),
            keepable);
    ScannedRequest scanned =
        new ScannedRequest(facts, members.raw(dialect), includeUsage, controls);
    tape.release();
    return scanned;
  }
}
