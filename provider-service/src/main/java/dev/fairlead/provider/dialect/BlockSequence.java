package dev.fairlead.provider.dialect;

import com.google.protobuf.ByteString;
import dev.fairlead.v1.ChatDelta;
import dev.fairlead.v1.FinishReason;
import dev.fairlead.v1.ToolCallDelta;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Puts the pieces of the first choice into an order in which each block is whole before the next
 * begins, as Anthropic's messages and OpenAI's Responses want it. Calls that a vendor tells piece
 * by piece in turns are told one after the other: what comes for a later one waits until the
 * arguments of the open one are a whole JSON value. Not thread-safe.
 */
final class BlockSequence {

  /** What a block holds. */
  enum Kind {
    /** What the model says. */
    TEXT,
    /** Why it does not. */
    REFUSAL,
    /** What it thinks. */
    REASONING,
    /** A call of a tool. */
    TOOL_CALL
  }

  /** Hears blocks: opened, any number of pieces, closed. */
  interface Sink {
    /**
     * A block begins; {@code call} says which for a call, and is the default instance otherwise.
     */
    void open(Kind kind, ToolCallDelta call);

    /** More of the open block. */
    void piece(Kind kind, String text);

    /** The signature of the open block of reasoning, or a block that is nothing but one. */
    void signature(ByteString signature, boolean alone);

    /** The open block is complete. */
    void close(Kind kind);
  }

  private final Sink sink;
  private final Deque<ChatDelta> waiting = new ArrayDeque<>(0);
  private final Set<Integer> told = new HashSet<>();
  private boolean open;
  private Kind kind = Kind.TEXT;
  private int callIndex;
  private JsonEnd arguments = new JsonEnd();
  private boolean toolCalls;
  private boolean refusal;
  private FinishReason reason = FinishReason.FINISH_REASON_UNSPECIFIED;
  private @Nullable String stopSequence;

  BlockSequence(Sink sink) {
    this.sink = sink;
  }

  /** Whether there has been a call. */
  boolean toolCalls() {
    return toolCalls;
  }

  /** Whether a refusal has said anything. */
  boolean refusal() {
    return refusal;
  }

  /** Why it ended, if any piece has said so. */
  FinishReason reason() {
    return reason;
  }

  /** The stop sequence that ended it; null when none did, or nobody tells which. */
  @Nullable String stopSequence() {
    return stopSequence;
  }

  /** Takes a piece. */
  void add(ChatDelta piece) {
    if (piece.getChoiceIndex() != 0) {
      return;
    }
    if (piece.hasFinishReason()) {
      reason = piece.getFinishReason();
      stopSequence = piece.hasStopSequence() ? piece.getStopSequence() : null;
    } else if (mustWait(piece)) {
      waiting.add(piece);
    } else {
      tell(piece);
      if (!waiting.isEmpty() && !unfinishedCall()) {
        List<ChatDelta> next = new ArrayList<>(waiting);
        waiting.clear();
        next.forEach(this::add);
      }
    }
  }

  private boolean mustWait(ChatDelta piece) {
    return unfinishedCall()
        && !(piece.hasToolCall() && piece.getToolCall().getIndex() == callIndex);
  }

  private boolean unfinishedCall() {
    return open && kind == Kind.TOOL_CALL && !arguments.reached();
  }

  /** Tells what still waits, call by call, and closes what is open. */
  void end() {
    close();
    while (!waiting.isEmpty()) {
      ChatDelta first = waiting.remove();
      tell(first);
      if (first.hasToolCall()) {
        Iterator<ChatDelta> others = waiting.iterator();
        while (others.hasNext()) {
          ChatDelta other = others.next();
          if (other.hasToolCall()
              && other.getToolCall().getIndex() == first.getToolCall().getIndex()) {
            tell(other);
            others.remove();
          }
        }
      }
    }
    close();
  }

  private void tell(ChatDelta piece) {
    switch (piece.getDeltaCase()) {
      case TEXT -> text(Kind.TEXT, piece.getText());
      case REFUSAL -> {
        refusal = true;
        text(Kind.REFUSAL, piece.getRefusal());
      }
      case REASONING -> text(Kind.REASONING, piece.getReasoning());
      case REASONING_SIGNATURE -> signature(piece.getReasoningSignature());
      case TOOL_CALL -> call(piece.getToolCall());
      case FINISH_REASON, DELTA_NOT_SET -> {}
    }
  }

  private void text(Kind wanted, String text) {
    if (!open || kind != wanted) {
      open(wanted, ToolCallDelta.getDefaultInstance());
    }
    sink.piece(wanted, text);
  }

  private void signature(ByteString signature) {
    if (open && kind == Kind.REASONING) {
      sink.signature(signature, false);
      close();
    } else {
      close();
      sink.signature(signature, true);
    }
  }

  private void call(ToolCallDelta call) {
    if (!open || kind != Kind.TOOL_CALL || callIndex != call.getIndex()) {
      if (!told.add(call.getIndex())) {
        // Complete and closed already; what a server still sends for it is blank.
        return;
      }
      toolCalls = true;
      open(Kind.TOOL_CALL, call);
      callIndex = call.getIndex();
      arguments = new JsonEnd();
    }
    if (!call.getArgumentsJson().isEmpty()) {
      arguments.feed(call.getArgumentsJson());
      sink.piece(Kind.TOOL_CALL, call.getArgumentsJson());
    }
  }

  private void open(Kind wanted, ToolCallDelta call) {
    close();
    open = true;
    kind = wanted;
    sink.open(wanted, call);
  }

  private void close() {
    if (open) {
      open = false;
      sink.close(kind);
    }
  }
}
