package dev.fairlead.onnx.decoder;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** One sequence: its tokens, and where the keys and values of those computed lie. */
final class DecoderRow implements AutoCloseable {

  private int[] tokens;
  private int size;
  private int computed;
  private int index;
  private @Nullable CacheBlock block;

  DecoderRow(int[] prompt) {
    this.tokens = Arrays.copyOf(prompt, prompt.length + 16);
    this.size = prompt.length;
  }

  void add(int token) {
    if (size == tokens.length) {
      tokens = Arrays.copyOf(tokens, size * 2);
    }
    tokens[size++] = token;
  }

  int token(int at) {
    return tokens[at];
  }

  int size() {
    return size;
  }

  /** Tokens whose keys and values are known. */
  int computed() {
    return computed;
  }

  @Nullable CacheBlock block() {
    return block;
  }

  /** Row in the block; its tokens are the block's last ones. */
  int index() {
    return index;
  }

  void moveTo(CacheBlock newBlock, int newIndex, int newComputed) {
    newBlock.use();
    close();
    block = newBlock;
    index = newIndex;
    computed = newComputed;
  }

  @Override
  public void close() {
    if (block != null) {
      block.release();
      block = null;
    }
  }
}
