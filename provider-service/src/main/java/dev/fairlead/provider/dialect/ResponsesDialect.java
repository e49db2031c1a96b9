package dev.fairlead.provider.dialect;

/** OpenAI Responses, the part of it that needs no memory between calls. */
final class ResponsesDialect implements ClientDialect {

  static final ResponsesDialect INSTANCE = new ResponsesDialect();

  private ResponsesDialect() {}

  @Override
  public DecodedRequest decode(byte[] body) {
    return ResponsesRequestDecoder.decode(body);
  }

  @Override
  public AnswerEncoder encoder(AnswerHead head) {
    return new ResponsesAnswerEncoder(head);
  }
}
