package dev.fairlead.onnx.tokenizer;

import java.util.Arrays;

/**
 * BERT's WordPiece: clean, lower-case and strip accents, split at white space, punctuation and
 * ideographs, then match the longest known piece from the left. Gives the ids that the Hugging Face
 * tokenizer gives for the same {@code tokenizer.json}, special tokens written out in the text
 * included.
 *
 * <p>The time of a call is bounded whatever the text: it reads at most {@link #MAX_CHARACTERS}
 * characters and stops at the token limit. Immutable, thread-safe, does not block.
 */
public final class WordPieceTokenizer {

  /**
   * Characters (UTF-16 units) of a text that are looked at, enough for 256 tokens of any language.
   */
  public static final int MAX_CHARACTERS = 16_384;

  private static final int SPECIAL_MAX_LENGTH = 6;

  private final Vocabulary vocabulary;
  private final int unknownId;
  private final int startId;
  private final int endId;

  private WordPieceTokenizer(Vocabulary vocabulary) {
    this.vocabulary = vocabulary;
    this.unknownId = vocabulary.special("[UNK]");
    this.startId = vocabulary.special("[CLS]");
    this.endId = vocabulary.special("[SEP]");
  }

  /**
   * Makes a tokenizer.
   *
   * @param tokenizerJson content of the model's {@code tokenizer.json}
   * @throws dev.fairlead.onnx.ModelFileException when it is not a lower-casing BERT WordPiece model
   */
  public static WordPieceTokenizer parse(byte[] tokenizerJson) {
    return new WordPieceTokenizer(Vocabulary.parse(tokenizerJson));
  }

  /**
   * Tokenizes a text; any text is allowed, lone surrogates too (they are dropped).
   *
   * @param maxTokens most tokens to give, with the two special ones; at least 2
   */
  public TokenizedText tokenize(String text, int maxTokens) {
    if (maxTokens < 2) {
      throw new IllegalArgumentException("maxTokens: " + maxTokens + " (expected: 2 or more)");
    }
    Run run = new Run(maxTokens);
    boolean complete = run.read(text);
    return new TokenizedText(run.finish(), !complete);
  }

  /** One text on its way through. */
  private final class Run {
    private final long[] ids;
    private final WordBuffer word = new WordBuffer();
    private int count = 1;
    private boolean overflow;

    Run(int maxTokens) {
      this.ids = new long[maxTokens];
      ids[0] = startId;
    }

    /** Whether the whole text was read and all its tokens fitted. */
    boolean read(String text) {
      int end = Math.min(text.length(), MAX_CHARACTERS);
      int position = 0;
      while (position < end && !overflow) {
        int c = text.codePointAt(position);
        int special = c == '[' ? specialLength(text, position) : 0;
        if (special > 0) {
          endWord();
          emit(vocabulary.special(text.substring(position, position + special)));
          position += special;
        } else {
          take(c);
          position += Character.charCount(c);
        }
      }
      endWord();
      return !overflow && position >= text.length();
    }

    long[] finish() {
      ids[count] = endId;
      return count + 1 == ids.length ? ids : Arrays.copyOf(ids, count + 1);
    }

    private int specialLength(String text, int position) {
      int close =
          text.indexOf(']', position, Math.min(text.length(), position + SPECIAL_MAX_LENGTH));
      boolean known =
          close > 0 && vocabulary.special(text.substring(position, close + 1)) != Vocabulary.ABSENT;
      return known ? close + 1 - position : 0;
    }

    private void take(int c) {
      if (BertCharacters.isDropped(c)) {
        return;
      }
      if (BertCharacters.isWhitespace(c)) {
        endWord();
      } else if (BertCharacters.isIdeograph(c)) {
        endWord();
        takeFolded(c);
        endWord();
      } else {
        takeFolded(c);
      }
    }

    private void takeFolded(int c) {
      if (!BertCharacters.mayDecompose(c)) {
        append(BertCharacters.lowerCase(c));
        return;
      }
      String parts = BertCharacters.decompose(c);
      for (int i = 0; i < parts.length(); i += Character.charCount(parts.codePointAt(i))) {
        int part = parts.codePointAt(i);
        if (!BertCharacters.isNonSpacingMark(part)) {
          append(BertCharacters.lowerCase(part));
        }
      }
    }

    private void append(int c) {
      if (BertCharacters.isPunctuation(c)) {
        endWord();
        word.append(c);
        endWord();
      } else {
        word.append(c);
      }
    }

    private void endWord() {
      if (word.isEmpty()) {
        return;
      }
      int before = count;
      if (word.tooLong() || !matchPieces()) {
        count = before;
        overflow = false;
        emit(unknownId);
      }
      word.clear();
    }

    /**
     * Whether the word is made of known pieces; otherwise the caller takes back what was emitted.
     */
    private boolean matchPieces() {
      char[] buffer = word.buffer();
      int start = 0;
      while (start < word.length()) {
        int best = Vocabulary.ABSENT;
        int bestEnd = start;
        int hash = 0;
        int limit = Math.min(word.length(), start + vocabulary.longestPiece());
        for (int end = start + 1; end <= limit; end++) {
          hash = Vocabulary.extend(hash, buffer[end - 1]);
          int id = vocabulary.find(buffer, start, end, hash, start > 0);
          if (id != Vocabulary.ABSENT) {
            best = id;
            bestEnd = end;
          }
        }
        if (best == Vocabulary.ABSENT) {
          return false;
        }
        emit(best);
        start = bestEnd;
      }
      return true;
    }

    private void emit(int id) {
      if (count == ids.length - 1) {
        overflow = true;
      } else {
        ids[count++] = id;
      }
    }
  }
}
