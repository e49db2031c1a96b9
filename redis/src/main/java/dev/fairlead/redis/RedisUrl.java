package dev.fairlead.redis;

import dev.fairlead.common.config.ConfigException;
import dev.fairlead.common.config.Secret;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where Redis is.
 *
 * @param mode how its nodes stand to each other
 * @param addresses {@code redis://host:port} or {@code rediss://host:port} of every known node
 * @param username empty means the default user
 * @param password empty means none
 * @param masterName Sentinel's name of the master; empty otherwise
 * @param database number of the database; 0 in a cluster
 */
public record RedisUrl(
    Mode mode,
    List<String> addresses,
    String username,
    Secret password,
    String masterName,
    int database) {

  private static final Pattern FORM =
      Pattern.compile("(rediss?)(\\+sentinel|\\+cluster)?://(?:([^@/]*)@)?([^/]+?)(?:/(.*))?");
  private static final Pattern NODE =
      Pattern.compile("(?:rediss?://)?(\\[[0-9A-Fa-f:.]+]|[A-Za-z0-9_.-]+)(?::(\\d{1,5}))?");
  private static final String EXPECTED =
      "redis.url: not understood (expected: redis://[user:password@]host:port[/db], several"
          + " host:port joined by commas for a cluster, or"
          + " redis+sentinel://host:port,.../master[/db])";

  /** How the nodes stand to each other. */
  public enum Mode {
    /** One server. */
    SINGLE,
    /** A master found through Sentinels. */
    SENTINEL,
    /** Slots spread over masters. */
    CLUSTER
  }

  /**
   * Reads a URL.
   *
   * @throws ConfigException when it is not one; the message does not repeat it, because it may hold
   *     a password
   */
  public static RedisUrl parse(String url) {
    Matcher matcher = FORM.matcher(url.trim());
    if (!matcher.matches()) {
      throw new ConfigException(EXPECTED);
    }
    String scheme = matcher.group(1);
    boolean sentinel = "+sentinel".equals(matcher.group(2));
    String[] nodes = joinedNodes(matcher.group(4) + suffix(matcher.group(5)));
    String path = path(matcher.group(5));
    boolean cluster = !sentinel && ("+cluster".equals(matcher.group(2)) || nodes.length > 1);
    String[] credentials = credentials(matcher.group(3));
    String[] parts = path.isEmpty() ? new String[0] : path.split("/", -1);
    int namePart = sentinel ? 1 : 0;
    if (parts.length > namePart + 1 || (sentinel && (parts.length == 0 || parts[0].isEmpty()))) {
      throw new ConfigException(EXPECTED);
    }
    return new RedisUrl(
        sentinel ? Mode.SENTINEL : cluster ? Mode.CLUSTER : Mode.SINGLE,
        Arrays.stream(nodes).map(node -> address(scheme, node, sentinel)).toList(),
        credentials[0],
        new Secret(credentials[1]),
        sentinel ? parts[0] : "",
        parts.length > namePart ? database(parts[namePart]) : 0);
  }

  /**
   * {@code redis://a:1,redis://b:2} splits at the second scheme's slashes: what follows belongs to
   * the nodes.
   */
  private static String suffix(String rest) {
    return rest != null && rest.startsWith("/") ? "//" + rest.substring(1) : "";
  }

  private static String path(String rest) {
    return rest == null || rest.startsWith("/") ? "" : rest;
  }

  private static String[] joinedNodes(String nodes) {
    return Arrays.stream(nodes.split(","))
        .map(String::trim)
        .filter(node -> !node.isEmpty())
        .toArray(String[]::new);
  }

  private static String[] credentials(String userInfo) {
    if (userInfo == null || userInfo.isEmpty()) {
      return new String[] {"", ""};
    }
    int colon = userInfo.indexOf(':');
    String user = colon < 0 ? "" : userInfo.substring(0, colon);
    String password = userInfo.substring(colon + 1);
    return new String[] {decoded(user), decoded(password)};
  }

  private static String decoded(String text) {
    return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
  }

  private static String address(String scheme, String node, boolean sentinel) {
    Matcher matcher = NODE.matcher(node);
    if (!matcher.matches()) {
      throw new ConfigException(EXPECTED);
    }
    String port = matcher.group(2) == null ? (sentinel ? "26379" : "6379") : matcher.group(2);
    return scheme + "://" + matcher.group(1) + ":" + port;
  }

  private static int database(String text) {
    if (!text.matches("\\d{1,5}")) {
      throw new ConfigException(EXPECTED);
    }
    return Integer.parseInt(text);
  }
}
