package dev.fairlead.telemetry;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.encoder.EncoderBase;

/**
 * In front of an encoder: what it writes is on one line and, unless that is switched off, without
 * secrets and prompts. Runs where lines are written, not where they are logged.
 */
final class Cleaning extends EncoderBase<ILoggingEvent> {

  private final Encoder<ILoggingEvent> encoder;
  private final boolean redacts;

  Cleaning(Encoder<ILoggingEvent> encoder, boolean redacts) {
    this.encoder = encoder;
    this.redacts = redacts;
  }

  String clean(String text) {
    return Redaction.oneLine(redacts ? Redaction.redact(text) : text);
  }

  @Override
  public byte[] headerBytes() {
    return encoder.headerBytes();
  }

  @Override
  public byte[] encode(ILoggingEvent event) {
    return encoder.encode(new CleanEvent(event, this));
  }

  @Override
  public byte[] footerBytes() {
    return encoder.footerBytes();
  }
}
