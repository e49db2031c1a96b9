package dev.fairlead.catalog;

/**
 * Estimates from a text's {@link TextShape}, without a vocabulary. The weights, in thousandths of a
 * token, were fitted to the counts of published tokenizers on prose, code, JSON, numbers and eight
 * languages; RATIONALE.md has the errors. A linear pass: a megabyte takes a few milliseconds.
 */
enum ShapeTokenCounter implements TokenCounter {
  /** Vocabularies of 200,000 tokens and more: o200k, Gemini, Llama 4, Grok. */
  VOCABULARY_200K(995, 123, 1298, 0, 598, 351, 60, 715, 231, 320),
  /** Vocabularies of 100,000 to 150,000 tokens: Llama 3, Qwen, DeepSeek, Mistral since Nemo. */
  VOCABULARY_128K(979, 191, 1329, 0, 593, 45, 1374, 719, 299, 495),
  /** OpenAI before GPT-4o. */
  VOCABULARY_100K(980, 189, 1329, 0, 593, 42, 1405, 1146, 495, 956),
  /** SentencePiece with 32,000 tokens: Llama 2, Mixtral, the first Mistral. Digits stand alone. */
  VOCABULARY_32K(967, 272, 2232, 138, 605, 2201, 1462, 1200, 392, 1169),
  /** Claude to 4.6, by the tokenizer that Anthropic published for Claude 2. */
  CLAUDE(986, 216, 1230, 0, 598, 821, 2271, 1063, 546, 1199),
  /**
   * Claude since 4.7: "approximately 30 % more tokens" for the same text (platform.claude.com,
   * Claude Haiku 5.5, overview, read 2026-11-21).
   */
  CLAUDE_SINCE_4_7(1282, 281, 1599, 0, 777, 1067, 2952, 1382, 710, 1559);

  private final int word;
  private final int furtherLetter;
  private final int digitGroup;
  private final int digit;
  private final int punctuation;
  private final int gap;
  private final int accented;
  private final int ideograph;
  private final int alphabet;
  private final int other;

  ShapeTokenCounter(
      int word,
      int furtherLetter,
      int digitGroup,
      int digit,
      int punctuation,
      int gap,
      int accented,
      int ideograph,
      int alphabet,
      int other) {
    this.word = word;
    this.furtherLetter = furtherLetter;
    this.digitGroup = digitGroup;
    this.digit = digit;
    this.punctuation = punctuation;
    this.gap = gap;
    this.accented = accented;
    this.ideograph = ideograph;
    this.alphabet = alphabet;
    this.other = other;
  }

  @Override
  public int count(String text) {
    TextShape shape = TextShape.of(text);
    long thousandths =
        shape.words() * word
            + shape.furtherLetters() * furtherLetter
            + shape.digitGroups() * digitGroup
            + shape.digits() * digit
            + shape.punctuation() * punctuation
            + shape.gaps() * gap
            + shape.accented() * accented
            + shape.ideographs() * ideograph
            + shape.alphabets() * alphabet
            + shape.others() * other;
    return (int) Math.min(Integer.MAX_VALUE, (thousandths + 999) / 1000);
  }
}
