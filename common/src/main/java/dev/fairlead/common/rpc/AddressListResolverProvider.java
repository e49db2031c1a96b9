package dev.fairlead.common.rpc;

import io.grpc.Attributes;
import io.grpc.EquivalentAddressGroup;
import io.grpc.NameResolver;
import io.grpc.NameResolverProvider;
import io.grpc.Status;
import io.grpc.StatusOr;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Resolves {@code mesh:///host:port,host:port} to every address of every host, by the JVM's own
 * DNS.
 */
final class AddressListResolverProvider extends NameResolverProvider {

  private static final String SCHEME = "mesh";
  private static final int MAX_PORT = 65_535;
  private static final Pattern ADDRESS =
      Pattern.compile("(?:\\[([^\\[\\]]+)]|([^\\[\\]:]+)):(\\d{1,5})");

  private final String serverName;

  /**
   * A resolver of lists.
   *
   * @param serverName what all servers are called, whatever their hosts are; empty: as their hosts
   */
  AddressListResolverProvider(String serverName) {
    this.serverName = serverName;
  }

  /**
   * The URI by which gRPC asks for these addresses: {@code host:port} or {@code [IPv6]:port},
   * joined by commas.
   */
  static String target(String addresses) {
    try {
      return new URI(SCHEME, "", "/" + addresses.replaceAll("\\s", ""), null).toString();
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(
          addresses + " (expected: host:port, or several joined by commas)", e);
    }
  }

  @Override
  public NameResolver newNameResolver(URI target, NameResolver.Args args) {
    return new AddressListResolver(
        target.getPath().substring(1),
        serverName,
        Objects.requireNonNull(args.getOffloadExecutor()));
  }

  @Override
  public String getDefaultScheme() {
    return SCHEME;
  }

  @Override
  protected boolean isAvailable() {
    return true;
  }

  @Override
  protected int priority() {
    return 5;
  }

  @Override
  public Collection<Class<? extends SocketAddress>> getProducedSocketAddressTypes() {
    return Set.of(InetSocketAddress.class);
  }

  /** Looks names up off the event loop, again whenever gRPC asks. */
  private static final class AddressListResolver extends NameResolver {
    private final String addresses;
    private final String serverName;
    private final Executor offload;
    private @Nullable Listener2 listener;

    AddressListResolver(String addresses, String serverName, Executor offload) {
      this.addresses = addresses;
      this.serverName = serverName;
      this.offload = offload;
    }

    @Override
    public String getServiceAuthority() {
      return addresses.split(",", 2)[0];
    }

    @Override
    public void start(Listener2 newListener) {
      listener = newListener;
      refresh();
    }

    @Override
    public void refresh() {
      Listener2 current = listener;
      if (current != null) {
        offload.execute(() -> resolve(current));
      }
    }

    private void resolve(Listener2 current) {
      List<EquivalentAddressGroup> groups = new ArrayList<>();
      Status failure = Status.UNAVAILABLE.withDescription("no address");
      for (String address : addresses.split(",")) {
        Matcher matcher = ADDRESS.matcher(address);
        int port = matcher.matches() ? Integer.parseInt(matcher.group(3)) : -1;
        if (port < 1 || port > MAX_PORT) {
          failure = Status.UNAVAILABLE.withDescription(address + " (expected: host:port)");
          continue;
        }
        String host = matcher.group(1) == null ? matcher.group(2) : matcher.group(1);
        try {
          for (InetAddress ip : InetAddress.getAllByName(host)) {
            groups.add(group(new InetSocketAddress(ip, port), host));
          }
        } catch (UnknownHostException e) {
          failure = Status.UNAVAILABLE.withDescription("unknown host " + host);
        }
      }
      if (groups.isEmpty()) {
        current.onError(failure);
      } else {
        current.onResult(
            ResolutionResult.newBuilder().setAddressesOrError(StatusOr.fromValue(groups)).build());
      }
    }

    /** Each connection is to its own host: gRPC has one name for all, that of the first. */
    private EquivalentAddressGroup group(InetSocketAddress address, String host) {
      String name = serverName.isEmpty() ? host : serverName;
      String authority = (name.contains(":") ? "[" + name + "]" : name) + ":" + address.getPort();
      return new EquivalentAddressGroup(
          address,
          Attributes.newBuilder()
              .set(EquivalentAddressGroup.ATTR_AUTHORITY_OVERRIDE, authority)
              .build());
    }

    @Override
    public void shutdown() {
      listener = null;
    }
  }
}
