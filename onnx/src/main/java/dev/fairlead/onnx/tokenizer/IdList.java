package dev.fairlead.onnx.tokenizer;

import java.util.Arrays;

/** Ids that are still being gathered. Not thread-safe. */
final class IdList {

  private int[] ids;
  private int size;

  IdList(int expected) {
    ids = new int[Math.max(4, expected)];
  }

  void add(int id) {
    room(1);
    ids[size++] = id;
  }

  void addAll(int[] more) {
    room(more.length);
    System.arraycopy(more, 0, ids, size, more.length);
    size += more.length;
  }

  int[] toArray() {
    return Arrays.copyOf(ids, size);
  }

  private void room(int more) {
    if (size + more > ids.length) {
      ids = Arrays.copyOf(ids, Math.max(ids.length * 2, size + more));
    }
  }
}
