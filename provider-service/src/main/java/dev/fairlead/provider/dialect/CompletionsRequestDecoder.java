package dev.fairlead.provider.dialect;

import dev.fairlead.v1.ChatRequest;
import dev.fairlead.v1.Message;
import java.io.IOException;
import java.util.List;

/**
 * OpenAI's legacy request as a typed one: the prompt is what the user says. One use an instance.
 */
final class CompletionsRequestDecoder {

  private final ChatRequest.Builder request = ChatRequest.newBuilder();

  private CompletionsRequestDecoder() {}

  static DecodedRequest decode(byte[] body) {
    CompletionsRequestDecoder decoder = new CompletionsRequestDecoder();
    List<String> dropped = JsonInput.read(body, decoder::members);
    return new DecodedRequest(decoder.request.build(), dropped);
  }

  private void members(JsonInput in) throws IOException {
    while (in.member()) {
      switch (in.name()) {
        case "model" -> request.setModel(in.string());
        case "prompt" -> prompt(in);
        case "stream", "stream_options", "fairlead" -> in.skip();
        case "suffix" -> {
          if (!in.string().isEmpty()) {
            throw in.inexpressible("it cannot fill in before a suffix");
          }
        }
        case "echo" -> {
          if (in.bool()) {
            throw in.inexpressible("it does not repeat the prompt");
          }
        }
        case "best_of" -> {
          if (in.integer() > 1) {
            throw in.inexpressible("it does not rank answers");
          }
        }
        case "logprobs" -> throw in.inexpressible("it has no log probabilities in this format");
        default -> {
          if (!ChatRequestDecoder.sampling(in, request)) {
            in.drop();
          }
        }
      }
    }
    if (request.getMessagesCount() == 0) {
      throw in.missing("prompt");
    }
  }

  private void prompt(JsonInput in) throws IOException {
    if (!in.isString() && !in.isArray()) {
      throw in.wrong("a string or an array of one string");
    }
    if (in.isString()) {
      prompt(in.string());
      return;
    }
    while (in.element()) {
      if (!in.isString()) {
        throw in.inexpressible("its tokens have other numbers; send text");
      }
      if (request.getMessagesCount() > 0) {
        throw in.inexpressible("it takes one prompt a call");
      }
      prompt(in.string());
    }
  }

  private void prompt(String text) {
    request.addMessages(Parts.message(Message.Role.ROLE_USER).addContent(Parts.text(text)));
  }
}
