package dev.fairlead.provider.sse;

/** Takes the events that an {@link SseFramer} finds. */
public interface SseSink {

  /**
   * One event that has a {@code data} field.
   *
   * @param raw the event with its terminating blank line lies at {@code rawFrom} to {@code rawTo};
   *     never changed later
   * @param data the lines of its data, joined by line feeds, lie at {@code dataFrom} to {@code
   *     dataTo}
   */
  void onEvent(byte[] raw, int rawFrom, int rawTo, byte[] data, int dataFrom, int dataTo);

  /** The stream's own terminator, {@code data: [DONE]}. Nothing follows it. */
  void onDone();
}
