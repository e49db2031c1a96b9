package dev.fairlead.provider.dialect;

/** Anthropic Messages. */
final class MessagesDialect implements ClientDialect {

  static final MessagesDialect INSTANCE = new MessagesDialect();

  private MessagesDialect() {}

  @Override
  public DecodedRequest decode(byte[] body) {
    return MessagesRequestDecoder.decode(body);
  }

  @Override
  public AnswerEncoder encoder(AnswerHead head) {
    return new MessagesAnswerEncoder(head);
  }
}
