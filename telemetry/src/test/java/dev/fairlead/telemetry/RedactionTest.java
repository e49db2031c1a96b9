package dev.fairlead.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RedactionTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      value = {
        "Authorization: Bearer sk-proj-abcDEF123456 ~ Authorization: Bearer ***",
        "key sk-ant-api03-abcdefgh refused ~ key *** refused",
        "x-api-key=abc123def, x=1 ~ x-api-key=***, x=1",
        "{\"api_key\": \"plain-secret\", \"n\": 1} ~ {\"api_key\": \"***\", \"n\": 1}",
        "OPENAI_API_KEY=topsecret ~ OPENAI_API_KEY=***",
        "secretAccessKey... secret_access_key: wJalrXUtnFEMI ~ secretAccessKey..."
            + " secret_access_key: ***",
        "id AKIAIOSFODNN7EXAMPLE ~ id ***",
        "redis://user:hunter2@cache:6379/0 ~ redis://user:***@cache:6379/0",
        "rediss://:hunter2@cache:6379 ~ rediss://:***@cache:6379",
        "jdbc:postgresql://db/f?user=a&password=hunter2&ssl=true ~"
            + " jdbc:postgresql://db/f?user=a&password=***&ssl=true",
        "admin_token: 'open sesame' ~ admin_token: '*** sesame'",
        "fl-0123456789abcdefghijABCDEFGHIJ ~ ***",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl ~ ***",
      })
  void secret_isTakenOut(String said, String written) {
    assertThat(Redaction.redact(said)).isEqualTo(written);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      value = {
        "{\"role\":\"user\",\"content\":\"my \\\"secret\\\" plan\",\"n\":1} ~"
            + " {\"role\":\"user\",\"content\":\"***\",\"n\":1}",
        "role: USER text: \"a plan\" role ~ role: USER text: \"***\" role",
        "{\"input\": [\"a plan\"], \"n\": 1} ~ {\"input\": [\"***\"], \"n\": 1}",
        "{\"prompt\":\"cut off in the mid ~ {\"prompt\":\"***",
      })
  void words_areTakenOut(String said, String written) {
    assertThat(Redaction.redact(said)).isEqualTo(written);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "fairlead gateway on port 8080, gRPC on port 7000",
        "models[3].price.input: -1 (expected: 0 or more)",
        "prompt_tokens: 12, completion_tokens: 5, content type text/plain",
        "security.service_token is empty: every caller is served",
        "connected to Redis (SINGLE)",
        "https://api.openai.com:443/v1 refused a connection",
        "risk-averse task-oriented desk-lamp",
      })
  void ordinaryLine_staysAsItIs(String line) {
    assertThat(Redaction.redact(line)).isEqualTo(line);
    assertThat(Redaction.oneLine(line)).isEqualTo(line);
  }

  @Test
  void privateKey_isTakenOut_wholeOrCut() {
    String key = "-----BEGIN EC PRIVATE KEY-----\nMHcCAQEE\n-----END EC PRIVATE KEY-----";
    assertThat(Redaction.redact("read " + key + " twice")).isEqualTo("read *** twice");
    assertThat(Redaction.redact("read " + key.substring(0, 40))).isEqualTo("read ***");
  }

  @Test
  void hugeLine_isCleaned_withoutDeepRecursion() {
    String words = "\\\"x".repeat(200_000);
    assertThat(Redaction.redact("{\"content\":\"" + words + "\"}"))
        .isEqualTo("{\"content\":\"***\"}");
    assertThat(Redaction.oneLine("a\n".repeat(100_000))).doesNotContain("\n");
  }
}
