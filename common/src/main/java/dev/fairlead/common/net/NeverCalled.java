package dev.fairlead.common.net;

import com.linecorp.armeria.client.Endpoint;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Hosts and addresses that no configured URL may lead to, however it spells them: link-local ones,
 * where clouds keep a machine's credentials, those of metadata services elsewhere, and those that
 * are no single host. Loopback and private ones are none of them, for models run there. Pure.
 */
public final class NeverCalled {

  /** Alibaba Cloud, and Amazon's over IPv6. */
  private static final Set<String> METADATA = Set.of("100.100.100.200", "fd00:ec2:0:0:0:0:0:254");

  /** The well-known prefix of translated IPv4 addresses (RFC 6052, section 2.1). */
  private static final byte[] TRANSLATED = {
    0, 0x64, (byte) 0xff, (byte) 0x9b, 0, 0, 0, 0, 0, 0, 0, 0
  };

  private static final int IPV4_BYTES = 4;

  private static final Set<String> METADATA_HOSTS =
      Set.of(
          "metadata.google.internal",
          "metadata.goog",
          "metadata",
          "instance-data",
          "instance-data.ec2.internal");

  /** Every spelling that C libraries take for an IPv4 address. */
  private static final Pattern NUMBERS =
      Pattern.compile("(0x[0-9a-f]+|[0-9]+)(\\.(0x[0-9a-f]+|[0-9]+)){0,3}");

  private static final Pattern DOTTED =
      Pattern.compile("(0|[1-9][0-9]{0,2})(\\.(0|[1-9][0-9]{0,2})){3}");

  private NeverCalled() {}

  /**
   * What is expected instead of a URL's host; null when it may be called, as far as it can be told
   * without resolving it.
   *
   * @param host as in a URL, an IPv6 address in brackets
   */
  public static @Nullable String expectedInsteadOf(String host) {
    String name = host.toLowerCase(Locale.ROOT);
    name = name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
    if (METADATA_HOSTS.contains(name)) {
      return "a host other than a metadata service";
    }
    if (NUMBERS.matcher(name).matches() && !DOTTED.matcher(name).matches()) {
      return "an address such as 127.0.0.1, or a host's name";
    }
    try {
      Endpoint endpoint = Endpoint.parse(name);
      return endpoint.isIpAddrOnly()
          ? expectedInsteadOf(InetAddress.ofLiteral(endpoint.host()))
          : null;
    } catch (IllegalArgumentException e) {
      return "a host's name or its address";
    }
  }

  private static @Nullable String expectedInsteadOf(InetAddress address) {
    if (holdsCredentials(address)) {
      return "an address that is not link-local, where metadata services are";
    }
    return isNoHost(address) ? "the address of one host" : null;
  }

  /** Whether it is link-local, or that of a metadata service. */
  private static boolean holdsCredentials(InetAddress address) {
    InetAddress meant = meant(address);
    return meant.isLinkLocalAddress() || METADATA.contains(meant.getHostAddress());
  }

  /** Whether it is not that of one host. */
  private static boolean isNoHost(InetAddress address) {
    InetAddress meant = meant(address);
    return meant.isAnyLocalAddress() || meant.isMulticastAddress();
  }

  /** Whether it is one of them. */
  public static boolean contains(InetAddress address) {
    return holdsCredentials(address) || isNoHost(address);
  }

  /** The IPv4 address within an IPv6 one; Java itself finds it in a mapped one. */
  private static InetAddress meant(InetAddress address) {
    if (!(address instanceof Inet6Address six)) {
      return address;
    }
    byte[] bytes = six.getAddress();
    int start = bytes.length - IPV4_BYTES;
    boolean compatible = six.isIPv4CompatibleAddress() && !six.isLoopbackAddress();
    if (!compatible && !Arrays.equals(bytes, 0, start, TRANSLATED, 0, start)) {
      return address;
    }
    try {
      return InetAddress.getByAddress(Arrays.copyOfRange(bytes, start, bytes.length));
    } catch (UnknownHostException e) {
      throw new IllegalStateException("four bytes are an address", e);
    }
  }
}
