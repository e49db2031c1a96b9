package dev.fairlead.onnx.decoder;

import dev.fairlead.onnx.tokenizer.Utf8Assembler;

/**
 * One answer in the loop. Only {@link #cancel} may come from another thread. A listener that throws
 * loses its own answer and no other.
 */
final class Running implements AutoCloseable {

  private final TextDecoder decoder;
  private final Generation.Listener listener;
  private final DecoderRow row;
  private final Sampler sampler;
  private final StopText stop;
  private final Utf8Assembler assembler = new Utf8Assembler();
  private final int most;
  private int tokens;
  private boolean ended;
  private volatile boolean cancelled;

  Running(TextDecoder decoder, Generation generation, Generation.Listener listener) {
    this.decoder = decoder;
    this.listener = listener;
    this.row = new DecoderRow(generation.prompt());
    this.sampler = new Sampler(generation.sampling());
    this.stop = new StopText(generation.stops());
    this.most =
        Math.min(generation.maxTokens(), decoder.contextWindow() - generation.prompt().length);
  }

  DecoderRow row() {
    return row;
  }

  /** Takes the logits after the row's last token. */
  void accept(float[] logits) {
    if (ended || cancelled) {
      return;
    }
    try {
      take(sampler.next(logits));
    } catch (DecoderException e) {
      fail(e);
    } catch (RuntimeException | Error e) {
      // An error, too, that is not the loop's: a stack too deep or a class that is missing.
      fail(new DecoderException("the answer could not be handed on", e));
    }
  }

  private void take(int token) {
    tokens++;
    if (decoder.ends(token)) {
      end(Generation.End.STOP);
      return;
    }
    if (!decoder.tokenizer().special(token)) {
      tell(stop.append(assembler.append(decoder.tokenizer().bytes(token))));
    }
    if (stop.found() != null) {
      end(Generation.End.STOP);
    } else if (tokens == most) {
      end(Generation.End.LENGTH);
    } else {
      row.add(token);
    }
  }

  private void end(Generation.End end) {
    if (stop.found() == null) {
      tell(stop.append(assembler.end()));
      tell(stop.end());
    }
    ended = true;
    listener.onEnd(end, stop.found(), tokens);
  }

  private void tell(String text) {
    if (!text.isEmpty()) {
      listener.onText(text, tokens);
    }
  }

  void fail(DecoderException failure) {
    if (!ended && !cancelled) {
      ended = true;
      try {
        listener.onFailed(failure, tokens);
      } catch (RuntimeException | Error e) {
        failure.addSuppressed(e);
      }
    }
  }

  /** Whether it is over; frees its cache when it is. */
  boolean leaves() {
    if (ended || cancelled) {
      row.close();
      return true;
    }
    return false;
  }

  void cancel() {
    cancelled = true;
  }

  @Override
  public void close() {
    row.close();
  }
}
