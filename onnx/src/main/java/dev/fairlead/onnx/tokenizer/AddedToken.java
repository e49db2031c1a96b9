package dev.fairlead.onnx.tokenizer;

/**
 * A token that is found in a text as a whole.
 *
 * @param special whether it marks structure and is no text when it is generated
 */
public record AddedToken(int id, String content, boolean special) {}
