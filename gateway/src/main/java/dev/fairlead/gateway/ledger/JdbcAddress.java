package dev.fairlead.gateway.ledger;

import dev.fairlead.common.config.ConfigException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where a database is, as JDBC wants it. Messages never hold the address, which may hold a
 * password.
 *
 * @param user null when the address names none
 * @param password null when the address holds none
 */
record JdbcAddress(String url, @Nullable String user, @Nullable String password) {

  private static final String EXPECTED =
      "ledger.url: not an address (expected: jdbc:postgresql://host:port/database or"
          + " postgres://user:password@host:port/database)";

  /**
   * The embedded database: one file that one process has open. Every commit reaches the disk, so
   * that a process that is killed loses only what it had not yet committed.
   */
  static JdbcAddress embedded(Path dataDir) {
    return new JdbcAddress(
        "jdbc:h2:file:"
            + dataDir.toAbsolutePath().resolve("ledger")
            + ";MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE;DEFAULT_NULL_ORDERING=HIGH;WRITE_DELAY=0"
            + ";DB_CLOSE_ON_EXIT=FALSE",
        "fairlead",
        "");
  }

  /** Reads what operators write, in JDBC's form or in the one of libpq that platforms hand out. */
  static JdbcAddress parse(String text) {
    if (text.startsWith("jdbc:postgresql:")) {
      return new JdbcAddress(text, null, null);
    }
    if (!text.startsWith("postgres://") && !text.startsWith("postgresql://")) {
      throw new ConfigException(EXPECTED);
    }
    try {
      URI uri = new URI(text);
      if (uri.getHost() == null || uri.getPath() == null || uri.getPath().length() < 2) {
        throw new ConfigException(EXPECTED);
      }
      String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
      String port = uri.getPort() < 0 ? "" : ":" + uri.getPort();
      String url = "jdbc:postgresql://" + uri.getHost() + port + uri.getRawPath() + query;
      String credentials = uri.getRawUserInfo();
      if (credentials == null) {
        return new JdbcAddress(url, null, null);
      }
      int colon = credentials.indexOf(':');
      return colon < 0
          ? new JdbcAddress(url, decoded(credentials), null)
          : new JdbcAddress(
              url,
              decoded(credentials.substring(0, colon)),
              decoded(credentials.substring(colon + 1)));
    } catch (URISyntaxException e) {
      throw new ConfigException(EXPECTED);
    }
  }

  private static String decoded(String text) {
    return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
  }

  /** Without the address. */
  @Override
  public String toString() {
    return "database address";
  }
}
