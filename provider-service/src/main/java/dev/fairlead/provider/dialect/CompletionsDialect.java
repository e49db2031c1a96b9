package dev.fairlead.provider.dialect;

/** OpenAI legacy Completions. */
final class CompletionsDialect implements ClientDialect {

  static final CompletionsDialect INSTANCE = new CompletionsDialect();

  private CompletionsDialect() {}

  @Override
  public DecodedRequest decode(byte[] body) {
    return CompletionsRequestDecoder.decode(body);
  }

  @Override
  public AnswerEncoder encoder(AnswerHead head) {
    return new CompletionsAnswerEncoder(head);
  }
}
