package dev.fairlead.gateway.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FileStateStoreTest extends StateStoreContract {

  @TempDir private Path folder;

  @Override
  StateStore open() {
    return new FileStateStore(folder);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{", "[]", "{\"version\":\"x\",\"state\":{}}", "{\"version\":3}"})
  void unreadableFile_isSetAside(String content) throws Exception {
    Files.writeString(folder.resolve("gateway-state.json"), content);
    try (StateStore store = open()) {
      assertThat(store.read()).isEqualTo(StateStore.Versioned.NONE);
      assertThat(folder.resolve("gateway-state.unreadable")).hasContent(content);
      assertThat(store.replace(0, "{}")).isTrue();
    }
  }

  @Test
  void state_survivesARestart() {
    try (SharedState state = new SharedState(open())) {
      state.update(document -> document.withPolicy(new PolicyOverride("cheapest", "complexity")));
    }
    try (SharedState again = new SharedState(open())) {
      again.refresh();
      assertThat(again.current().policy()).isEqualTo(new PolicyOverride("cheapest", "complexity"));
    }
  }
}
