package dev.fairlead.onnx.tokenizer;

/**
 * Token ids of a text, with the special ones around them.
 *
 * @param ids vocabulary ids; the first is {@code [CLS]}, the last {@code [SEP]}. Not copied: do not
 *     change it
 * @param truncated whether the text had more tokens, or more characters, than were looked at
 */
@SuppressWarnings("ArrayRecordComponent") // Handed to native code at once, so not worth a copy.
public record TokenizedText(long[] ids, boolean truncated) {

  /** Tokens, with the two special ones. */
  public int tokenCount() {
    return ids.length;
  }
}
