package dev.fairlead.common.config;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SecretTest {

  private record Holder(Secret key) {}

  @Test
  void text_isMasked_alsoInsideARecord() {
    assertThat(new Secret("sk-canary")).hasToString("***");
    assertThat(new Holder(new Secret("sk-canary")).toString()).doesNotContain("canary");
    assertThat(new Secret("")).hasToString("");
  }

  @Test
  void matches_onlyTheWholeValue() {
    Secret secret = new Secret("sk-\u00e4");

    assertThat(secret.matches("sk-\u00e4")).isTrue();
    assertThat(secret.matches("sk-")).isFalse();
    assertThat(secret.matches("sk-\u00e4 ")).isFalse();
    assertThat(secret.matches("")).isFalse();
    assertThat(secret.reveal()).isEqualTo("sk-\u00e4");
  }

  @Test
  void equality_isThatOfTheContent() {
    assertThat(new Secret("a")).isEqualTo(new Secret("a")).hasSameHashCodeAs(new Secret("a"));
    assertThat(new Secret("a")).isNotEqualTo(new Secret("b"));
    assertThat(new Secret("").isEmpty()).isTrue();
  }
}
