package dev.fairlead.gateway.state;

class MemoryStateStoreTest extends StateStoreContract {

  private final MemoryStateStore store = new MemoryStateStore();

  @Override
  StateStore open() {
    return store;
  }
}
