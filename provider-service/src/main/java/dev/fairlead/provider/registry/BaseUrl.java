package dev.fairlead.provider.registry;

import dev.fairlead.common.config.ConfigException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Checks a configured base URL. The file may name loopback and private hosts, but never a
 * link-local address, where clouds keep the machine's credentials, however it is spelled. Names are
 * not resolved here.
 */
final class BaseUrl {

  private static final Set<String> METADATA_HOSTS =
      Set.of(
          "metadata.google.internal",
          "metadata.goog",
          "metadata",
          "instance-data",
          "instance-data.ec2.internal");

  /**
   * Addresses of metadata services that are not link-local: Alibaba Cloud, and Amazon's over IPv6.
   */
  private static final Set<String> METADATA_ADDRESSES =
      Set.of("100.100.100.200", "fd00:ec2:0:0:0:0:0:254");

  private static final Pattern NUMBERS =
      Pattern.compile("(0[xX][0-9a-fA-F]+|[0-9]+)(\\.(0[xX][0-9a-fA-F]+|[0-9]+)){0,3}");
  private static final String EXPECTED = "an http or https URL such as https://api.openai.com/v1";

  private BaseUrl() {}

  /**
   * The URL without a trailing slash; otherwise a {@link ConfigException} that names {@code key}.
   */
  static String check(String key, String text) {
    URI uri;
    try {
      uri = new URI(text);
    } catch (URISyntaxException e) {
      throw refused(key, text, EXPECTED);
    }
    String scheme = uri.getScheme();
    if (scheme == null || !List.of("http", "https").contains(scheme) || uri.getHost() == null) {
      throw refused(key, text, EXPECTED);
    }
    if (uri.getUserInfo() != null) {
      throw new ConfigException(
          key + ": a URL with credentials in it (expected: the key under api_key)");
    }
    if (uri.getQuery() != null || uri.getFragment() != null) {
      throw refused(key, text, "a URL without query and fragment");
    }
    if (uri.getPort() == 0 || uri.getPort() > 65535) {
      throw refused(key, text, "a port in 1..65535");
    }
    checkHost(key, text, uri.getHost());
    String plain = uri.toString();
    return plain.endsWith("/") ? plain.substring(0, plain.length() - 1) : plain;
  }

  private static void checkHost(String key, String text, String host) {
    String name = host.toLowerCase(Locale.ROOT);
    name = name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
    if (METADATA_HOSTS.contains(name)) {
      throw refused(key, text, "a host other than a metadata service");
    }
    if (name.startsWith("[")) {
      checkAddress(key, text, literal(key, text, name.substring(1, name.length() - 1)));
    } else if (NUMBERS.matcher(name).matches()) {
      checkAddress(key, text, ipv4(key, text, name));
    }
  }

  private static void checkAddress(String key, String text, InetAddress address) {
    if (address.isLinkLocalAddress() || METADATA_ADDRESSES.contains(address.getHostAddress())) {
      throw refused(key, text, "an address that is not link-local, where metadata services are");
    }
    if (address.isAnyLocalAddress() || address.isMulticastAddress()) {
      throw refused(key, text, "the address of one host");
    }
  }

  /** Java itself turns an IPv4-mapped IPv6 address into the IPv4 one. */
  private static InetAddress literal(String key, String text, String host) {
    try {
      InetAddress address = InetAddress.getByName(host);
      if (address instanceof Inet6Address six && six.isIPv4CompatibleAddress()) {
        byte[] bytes = six.getAddress();
        return InetAddress.getByAddress(new byte[] {bytes[12], bytes[13], bytes[14], bytes[15]});
      }
      return address;
    } catch (UnknownHostException e) {
      throw refused(key, text, EXPECTED);
    }
  }

  /**
   * Every spelling that C libraries take for an IPv4 address: one to four numbers, decimal, octal
   * or hexadecimal.
   */
  private static InetAddress ipv4(String key, String text, String host) {
    String[] parts = host.split("\\.", -1);
    long address = 0;
    try {
      for (int i = 0; i < parts.length; i++) {
        long number = number(parts[i]);
        boolean last = i == parts.length - 1;
        int bits = last ? 8 * (5 - parts.length) : 8;
        if (number >= 1L << bits) {
          throw refused(key, text, EXPECTED);
        }
        address = address << bits | number;
      }
      return InetAddress.getByAddress(
          new byte[] {
            (byte) (address >> 24), (byte) (address >> 16), (byte) (address >> 8), (byte) address
          });
    } catch (NumberFormatException | UnknownHostException e) {
      throw refused(key, text, EXPECTED);
    }
  }

  private static long number(String text) {
    if (text.startsWith("0x") || text.startsWith("0X")) {
      return Long.parseLong(text.substring(2), 16);
    }
    return text.length() > 1 && text.startsWith("0")
        ? Long.parseLong(text, 8)
        : Long.parseLong(text);
  }

  private static ConfigException refused(String key, String text, String expected) {
    return new ConfigException(key + ": " + text + " (expected: " + expected + ")");
  }
}
