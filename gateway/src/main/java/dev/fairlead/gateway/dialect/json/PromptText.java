package dev.fairlead.gateway.dialect.json;

import dev.fairlead.gateway.dialect.json.JsonTape.Kind;
import org.jspecify.annotations.Nullable;

/**
 * What is worth knowing of the turns of a request; formats extend it by how they are read. One use
 * an instance.
 */
public abstract class PromptText {

  /** The request. */
  protected final JsonTape tape;

  /** Whether the turn that is read is the user's. */
  protected boolean lastIsUser;

  /** Whether nothing but text has been seen. */
  protected boolean onlyText = true;

  /** Whether a turn shows an image. */
  protected boolean images;

  /** Characters of all text so far, files and images as the text that they weigh. */
  protected long characters;

  private static final byte OTHER = 1;
  private static final byte USER = 2;

  private final UserText userText;
  private final byte[] speakers = new byte[Beginnings.KEPT + 1];
  private @Nullable String text;

  /** Nothing read yet. */
  protected PromptText(JsonTape tape) {
    this.tape = tape;
    this.userText = new UserText(tape);
  }

  /** A turn begins. */
  protected final void turnOf(boolean user) {
    lastIsUser = user;
    if (user) {
      userText.clear();
    }
  }

  /**
   * Reads a turn that begins as one that {@link #learn} was told of; otherwise does nothing and
   * gives false.
   */
  protected final boolean repeats(int turn) {
    int speaker = speakers[tape.beginning(turn)];
    if (speaker == 0) {
      return false;
    }
    turnOf(speaker == USER);
    text(turn + Beginnings.WORDS);
    return true;
  }

  /**
   * A turn was read of which nothing but its content counts, and who speaks.
   *
   * @param content the value of its content
   */
  protected final void learn(int turn, int content) {
    int beginning = tape.beginning(turn);
    if (beginning > 0 && content == turn + Beginnings.WORDS) {
      speakers[beginning] = lastIsUser ? USER : OTHER;
    }
  }

  /** A text of the turn. */
  protected final void text(int node) {
    characters += tape.characters(node);
    if (lastIsUser) {
      userText.add(node);
    }
  }

  /** An image in the turn of whose size nothing is known. */
  protected final void image() {
    image(Attachments.IMAGE);
  }

  /**
   * An image in the turn.
   *
   * @param url of it, or -1
   * @param part whose member {@code detail} tells how closely it is to be seen
   */
  protected final void image(int url, int part) {
    int detail = tape.member(part, "detail");
    boolean known = url >= 0 && tape.kind(url) == Kind.STRING;
    if (detail >= 0 && tape.kind(detail) == Kind.STRING && tape.isText(detail, "low")) {
      image(Attachments.LOW_DETAIL_IMAGE);
    } else {
      image(known ? Attachments.imageUrl(tape, url) : Attachments.IMAGE);
    }
  }

  /** An image in the turn, in base64. */
  protected final void imageData(int data) {
    image(Attachments.imageData(tape, data, 0));
  }

  private void image(long weight) {
    images = true;
    onlyText = false;
    characters += weight;
  }

  /** A part of the turn of which no more is known than that the model reads it. */
  protected final void other(int node) {
    onlyText = false;
    characters += Attachments.of(tape, node);
  }

  /** Text of the last user turn; empty when there is none. Call it when all is read. */
  public final String lastUserText() {
    String known = text;
    if (known == null) {
      known = userText.text();
      text = known;
    }
    return known;
  }

  /** The string nodes that make up {@link #lastUserText}, ascending. */
  public final int[] lastUserNodes() {
    return userText.nodes();
  }

  /** Where the parts of {@link #lastUserText} meet; empty for a single part. */
  public final String boundaries() {
    return userText.boundaries();
  }

  /** Whether any turn shows an image. */
  public final boolean hasImages() {
    return images;
  }

  /** Whether it is text without tool use throughout and ends in a user's question. */
  public final boolean isPlainQuestion() {
    return onlyText && lastIsUser && !lastUserText().isBlank();
  }

  /** Characters of all text, files and images as the text that they weigh. */
  public final long characters() {
    return characters;
  }
}
