package dev.fairlead.gateway.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UnaryResultTest {

  private final List<String> heard = new ArrayList<>();

  @Test
  void value_goesToTheFirst() {
    UnaryResult<String> result = new UnaryResult<>(heard::add, error -> heard.add("failed"));
    result.onNext("a");
    result.onCompleted();
    assertThat(heard).containsExactly("a");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whatTheFirstThrows_goesToTheSecond(boolean error) {
    UnaryResult<String> result =
        new UnaryResult<>(
            value -> {
              if (error) {
                throw new AssertionError(value);
              }
              throw new IllegalStateException(value);
            },
            thrown -> heard.add("failed with " + thrown.getMessage()));
    result.onNext("a");
    result.onCompleted();
    assertThat(heard).containsExactly("failed with a");
  }

  @Test
  void noValue_isAFailure() {
    UnaryResult<String> result = new UnaryResult<>(heard::add, error -> heard.add("failed"));
    result.onCompleted();
    assertThat(heard).containsExactly("failed");
  }
}
