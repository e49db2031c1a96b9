package dev.fairlead.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the guide for contributors sends its readers to. */
final class ContributingTest {

  private static final Pattern TYPE =
      Pattern.compile("`([A-Z][a-z]+[A-Z][A-Za-z]+)(?:\\.[A-Z]\\w+)?`");

  @ParameterizedTest
  @ValueSource(strings = {"provider", "policy", "verifier", "index"})
  void guide_tellsHowToAddOne(String what) {
    assertThat(Repository.text("CONTRIBUTING.md"))
        .containsPattern("(?m)^- \\*\\*An? " + what + "\\*\\*:.*`[A-Za-z.-]+`");
  }

  @Test
  void typesThatTheGuideNames_areThere() {
    Set<String> named = new TreeSet<>();
    Matcher matcher = TYPE.matcher(Repository.text("CONTRIBUTING.md"));
    while (matcher.find()) {
      named.add(matcher.group(1));
    }
    Set<String> known =
        Repository.files(".", ".java").stream()
            .map(file -> file.getFileName().toString().replace(".java", ""))
            .collect(Collectors.toSet());
    assertThat(named).hasSizeGreaterThan(4);
    assertThat(known).containsAll(named);
  }
}
