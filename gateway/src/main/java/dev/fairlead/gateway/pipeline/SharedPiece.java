package dev.fairlead.gateway.pipeline;

import org.jspecify.annotations.Nullable;

/**
 * A piece of a shared answer and the way to the next. Only the readers and the answer's beginning
 * hold on to it, so what nobody needs any more is garbage.
 */
final class SharedPiece {

  /** About what a typed piece holds beside its text. */
  private static final int TYPED_OVERHEAD = 64;

  private final @Nullable StreamPiece piece;
  private final long end;
  private volatile @Nullable SharedPiece next;

  private SharedPiece(@Nullable StreamPiece piece, long end) {
    this.piece = piece;
    this.end = end;
  }

  /** The place before the first piece. */
  static SharedPiece beginning() {
    return new SharedPiece(null, 0);
  }

  /** Adds a piece behind this one, which must be the last. */
  SharedPiece append(StreamPiece more) {
    SharedPiece added = new SharedPiece(more, end + bytes(more));
    next = added;
    return added;
  }

  private static long bytes(StreamPiece piece) {
    return switch (piece) {
      case StreamPiece.Events events -> events.sse().size();
      case StreamPiece.Delta delta -> delta.delta().getSerializedSize() + TYPED_OVERHEAD;
    };
  }

  /** The piece; null for the beginning. */
  @Nullable StreamPiece piece() {
    return piece;
  }

  /** Bytes of the answer up to the end of this piece. */
  long end() {
    return end;
  }

  /** The piece after this one; null when it has not come yet. */
  @Nullable SharedPiece next() {
    return next;
  }
}
