package dev.fairlead.gateway.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.common.config.ConfigException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JdbcAddressTest {

  @Test
  void platformAddress_becomesAJdbcAddress() {
    assertThat(JdbcAddress.parse("postgres://ann:p%40ss+w@db.local:6543/money?sslmode=require"))
        .isEqualTo(
            new JdbcAddress(
                "jdbc:postgresql://db.local:6543/money?sslmode=require", "ann", "p@ss+w"));
    assertThat(JdbcAddress.parse("postgresql://db/money").url())
        .isEqualTo("jdbc:postgresql://db/money");
  }

  @Test
  void jdbcAddress_staysAsItIs() {
    assertThat(JdbcAddress.parse("jdbc:postgresql://db/money?user=x").url())
        .isEqualTo("jdbc:postgresql://db/money?user=x");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "mysql://ann:secret@db/x",
        "jdbc:h2:mem:secret",
        "postgres://secret",
        "postgres://ann:secret@db/",
        "postgres://ann:se cret@db/x"
      })
  void otherAddress_isRefusedWithoutBeingShown(String address) {
    assertThatThrownBy(() -> JdbcAddress.parse(address))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("ledger.url")
        .hasMessageNotContaining("secret");
  }
}
