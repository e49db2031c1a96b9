package dev.fairlead.provider.openai;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import dev.fairlead.catalog.TokenUsage;
import dev.fairlead.provider.sse.RecurringEvent;
import dev.fairlead.provider.usage.ChoiceEnds;
import dev.fairlead.provider.usage.GeneratedText;
import dev.fairlead.v1.FinishReason;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Reads, beside the bytes that pass through, what the gateway must know of an answer: usage, finish
 * reason, whether there is content, the text, an error. Fed with the whole answer, or with one
 * event after another; here those of chat, completions and embeddings. Streaming parser, no tree.
 * Not thread-safe.
 */
class AnswerScan {

  private static final JsonFactory JSON =
      JsonFactory.builder()
          .streamReadConstraints(StreamReadConstraints.builder().maxStringLength(64 << 20).build())
          .build();

  private final GeneratedText generated = new GeneratedText();
  private final RecurringEvent recurring = new RecurringEvent();
  private final ChoiceEnds ends = new ChoiceEnds();
  private @Nullable TokenUsage usage;
  private boolean refused;
  private boolean called;

  // Of the document read last.
  private @Nullable VendorError error;
  private boolean content;
  private boolean choices;
  private boolean embeddings;
  private boolean usageHere;

  /** Reads one JSON document; a document that is not a well-formed object is an exception. */
  void read(byte[] json, int from, int to) throws IOException {
    error = null;
    content = false;
    choices = false;
    embeddings = false;
    usageHere = false;
    if (recurring.matches(json, from, to)) {
      choices = true;
      take(recurring.text());
      return;
    }
    recurring.parsing();
    try (JsonParser parser = JSON.createParser(json, from, to - from)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new IOException("not a JSON object");
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        parser.nextToken();
        member(parser, name);
      }
      if (parser.nextToken() != null) {
        throw new IOException("more than one JSON document");
      }
    }
    recurring.learn(json, from, to);
    documentRead();
  }

  /** Called when all members of a document have been read. */
  void documentRead() {}

  /** Whether nothing comes any more, though the vendor has not said so in its terminator. */
  boolean complete() {
    return false;
  }

  /** The error object of the last document. */
  @Nullable VendorError error() {
    return error;
  }

  /** Whether the last document carries generated content. */
  boolean content() {
    return content;
  }

  /** Whether the last document has at least one choice. */
  boolean choices() {
    return choices;
  }

  /** Whether the last document has a {@code data} array, as embeddings have. */
  boolean embeddings() {
    return embeddings;
  }

  /** Whether the last document carries usage and no choices. */
  boolean usageOnly() {
    return usageHere && !choices;
  }

  /** Usage seen so far, the last one if there were several. */
  @Nullable TokenUsage usage() {
    return usage;
  }

  /** Whether a choice has said why it ended. */
  boolean finished() {
    return ends.any();
  }

  /**
   * Why the answer ended: the worst reason of its choices. A refusal ends in {@code stop}, and so
   * does a call that the request has forced; neither is an answer like others.
   */
  FinishReason finishReason() {
    FinishReason reason = ends.reason();
    if (reason != FinishReason.FINISH_REASON_STOP || !(called || refused)) {
      return reason;
    }
    return called ? FinishReason.FINISH_REASON_TOOL_CALLS : FinishReason.FINISH_REASON_REFUSAL;
  }

  /** What has been generated so far. */
  final GeneratedText generated() {
    return generated;
  }

  /** Reads a member of the document; the parser stands at its value and is left at its end. */
  void member(JsonParser parser, String name) throws IOException {
    JsonToken token = parser.currentToken();
    if (token == JsonToken.START_ARRAY && name.equals("choices")) {
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        choices = true;
        if (parser.currentToken() == JsonToken.START_OBJECT) {
          choice(parser);
        } else {
          parser.skipChildren();
        }
      }
    } else if (token == JsonToken.START_OBJECT && name.equals("usage")) {
      usage(parser);
      usageHere = true;
    } else if (name.equals("error")) {
      errorHere(parser);
    } else if (token == JsonToken.VALUE_STRING && name.equals("obfuscation")) {
      // Random characters that hide how long the text is.
      parser.finishToken();
      recurring.stringEnds(closingQuote(parser));
    } else {
      embeddings |= token == JsonToken.START_ARRAY && name.equals("data");
      parser.skipChildren();
    }
  }

  /** Takes a usage object. */
  final void usage(JsonParser parser) throws IOException {
    recurring.unfit();
    usage = UsageReader.read(parser);
  }

  /** Takes an error that is an object or a text; null is none. */
  final void errorHere(JsonParser parser) throws IOException {
    if (parser.currentToken() != JsonToken.VALUE_NULL) {
      recurring.unfit();
    }
    if (parser.currentToken() == JsonToken.START_OBJECT) {
      error = error(parser);
    } else if (parser.currentToken() == JsonToken.VALUE_STRING) {
      error = new VendorError(parser.getText(), null, null);
    } else {
      parser.skipChildren();
    }
  }

  final void fail(VendorError newError) {
    error = newError;
  }

  /** The document is an answer, whatever it says. */
  final void answered() {
    choices = true;
  }

  final void finish(FinishReason reason) {
    ends.add(reason);
  }

  /** Content that is not the answer's text. */
  final void beside(long characters) {
    recurring.unfit();
    content |= generated.addBeside(characters);
  }

  /** A piece of the answer's text. */
  final void take(String piece) {
    content |= generated.add(piece);
  }

  private void choice(JsonParser parser) throws IOException {
    int index = 0;
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      JsonToken token = parser.nextToken();
      switch (name) {
        case "index" -> index = token == JsonToken.VALUE_NUMBER_INT ? parser.getIntValue() : 0;
        case "delta", "message" -> {
          if (token == JsonToken.START_OBJECT) {
            message(parser, index);
          } else {
            parser.skipChildren();
          }
        }
        case "text" -> take(parser, index);
        case "finish_reason" -> {
          // Some servers say "" as long as there is none.
          if (token == JsonToken.VALUE_STRING && parser.getTextLength() > 0) {
            recurring.unfit();
            ends.add(FinishReasons.of(parser.getText()));
          }
        }
        default -> parser.skipChildren();
      }
    }
  }

  private void message(JsonParser parser, int index) throws IOException {
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      parser.nextToken();
      switch (name) {
        case "content" -> take(parser, index);
        case "refusal" -> refused |= said(parser);
        case "reasoning_content", "reasoning" -> said(parser);
        case "tool_calls", "function_call" -> called |= filled(parser);
        case "audio" -> filled(parser);
        default -> parser.skipChildren();
      }
    }
  }

  /** Counts a text that is not the answer's; whether there is any. */
  private boolean said(JsonParser parser) throws IOException {
    if (parser.currentToken() != JsonToken.VALUE_STRING) {
      parser.skipChildren();
      return false;
    }
    beside(parser.getTextLength());
    return parser.getTextLength() > 0;
  }

  /** Counts an array or an object as it is written; whether anything is in it. */
  private boolean filled(JsonParser parser) throws IOException {
    if (!parser.currentToken().isStructStart()) {
      return false;
    }
    long before = parser.currentLocation().getByteOffset();
    boolean filled = false;
    while (!parser.nextToken().isStructEnd()) {
      filled = true;
      parser.skipChildren();
    }
    if (filled) {
      beside(parser.currentLocation().getByteOffset() - before);
    }
    return filled;
  }

  private void take(JsonParser parser, int index) throws IOException {
    if (parser.currentToken() != JsonToken.VALUE_STRING) {
      recurring.unfit();
      parts(parser, index, false);
      return;
    }
    int length = parser.getTextLength();
    if (index != 0) {
      beside(length);
      return;
    }
    content |= generated.add(parser.getTextCharacters(), parser.getTextOffset(), length);
    if (recurring.isAsking()) {
      recurring.textEnds(closingQuote(parser));
    }
  }

  /** Text and thoughts as parts, as {@link MessageContent} knows them. */
  private void parts(JsonParser parser, int index, boolean thoughts) throws IOException {
    if (parser.currentToken() != JsonToken.START_ARRAY) {
      parser.skipChildren();
      return;
    }
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      content = true;
      if (parser.currentToken() == JsonToken.START_OBJECT) {
        part(parser, index, thoughts);
      } else {
        parser.skipChildren();
      }
    }
  }

  private void part(JsonParser parser, int index, boolean thought) throws IOException {
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      JsonToken token = parser.nextToken();
      if (name.equals("thinking") && token == JsonToken.START_ARRAY) {
        parts(parser, index, true);
      } else if (token == JsonToken.VALUE_STRING
          && (name.equals("text") || name.equals("thinking"))) {
        if (thought || index != 0 || name.equals("thinking")) {
          beside(parser.getTextLength());
        } else {
          take(parser.getText());
        }
      } else {
        parser.skipChildren();
      }
    }
  }

  /** Where the string that was read last ends, counted from the beginning of the document. */
  private static long closingQuote(JsonParser parser) {
    return parser.currentLocation().getByteOffset() - 1;
  }

  private static VendorError error(JsonParser parser) throws IOException {
    String message = null;
    String type = null;
    String code = null;
    boolean flagged = false;
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      JsonToken token = parser.nextToken();
      String value =
          token.isScalarValue() && token != JsonToken.VALUE_NULL ? parser.getText() : null;
      switch (name) {
        case "message" -> message = value;
        case "type" -> type = value;
        case "code" -> code = value;
        case "metadata" -> flagged = token == JsonToken.START_OBJECT && flagged(parser);
        default -> parser.skipChildren();
      }
      if (token.isStructStart() && value == null) {
        parser.skipChildren();
      }
    }
    return new VendorError(message, type, code, flagged);
  }

  /** Only of an input that was flagged OpenRouter repeats the beginning. */
  private static boolean flagged(JsonParser parser) throws IOException {
    boolean flagged = false;
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      flagged |= parser.currentName().equals("flagged_input");
      parser.nextToken();
      parser.skipChildren();
    }
    return flagged;
  }
}
