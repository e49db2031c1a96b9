package dev.fairlead.provider.dialect;

/** OpenAI Chat Completions. */
final class ChatDialect implements ClientDialect {

  static final ChatDialect INSTANCE = new ChatDialect();

  private ChatDialect() {}

  @Override
  public DecodedRequest decode(byte[] body) {
    return ChatRequestDecoder.decode(body);
  }

  @Override
  public AnswerEncoder encoder(AnswerHead head) {
    return new ChatAnswerEncoder(head);
  }
}
