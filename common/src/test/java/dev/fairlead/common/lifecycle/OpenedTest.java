package dev.fairlead.common.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class OpenedTest {

  private final List<String> closed = new ArrayList<>();

  @Test
  void close_goesBackwards_andPassesOverWhatFails() {
    Opened opened = new Opened();
    opened.add(() -> closed.add("first"));
    opened.add(() -> {
      throw new IllegalStateException("second");
    });
    opened.add(() -> closed.add("third"));
    opened.close();
    assertThat(closed).containsExactly("third", "first");
    opened.close();
    assertThat(closed).hasSize(2);
  }

  @Test
  void add_givesBackWhatWasAdded() {
    AutoCloseable one = () -> closed.add("one");
    assertThat(new Opened().add(one)).isSameAs(one);
    assertThat(closed).isEmpty();
  }
}
