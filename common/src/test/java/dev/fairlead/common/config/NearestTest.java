package dev.fairlead.common.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NearestTest {

  private static final List<String> KNOWN = List.of("port", "grpc_port", "data_dir");

  @ParameterizedTest
  @CsvSource({
    "prot,port",
    "prt,port",
    "ports,port",
    "grpcport,grpc_port",
    "datadir,data_dir",
    "data-dir,data_dir"
  })
  void hint_namesTheNearest_whenItIsNear(String typed, String meant) {
    assertThat(Nearest.hint(typed, KNOWN)).isEqualTo("; did you mean `" + meant + "`?");
  }

  @Test
  void hint_listsAll_whenNothingIsNear() {
    assertThat(Nearest.hint("quarantine", KNOWN))
        .isEqualTo(" (expected one of: port, grpc_port, data_dir)");
  }
}
