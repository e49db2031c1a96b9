package dev.fairlead.gateway.alerts;

import io.netty.resolver.AddressResolver;
import io.netty.resolver.AddressResolverGroup;
import io.netty.resolver.InetNameResolver;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Promise;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Set;

/**
 * Finds the addresses that a webhook may be sent to, for the connection that is made to one of
 * them: a name that comes to mean another address between a check and its use gains nothing.
 * Link-local and metadata addresses are none. Blocks its event loop while it looks a name up.
 */
final class CalledAddresses extends AddressResolverGroup<InetSocketAddress> {

  private static final Set<String> METADATA = Set.of("100.100.100.200", "fd00:ec2:0:0:0:0:0:254");

  /** What a name means now. */
  @FunctionalInterface
  interface Lookup {
    InetAddress[] of(String name) throws UnknownHostException;
  }

  private final Lookup lookup;

  CalledAddresses(Lookup lookup) {
    this.lookup = lookup;
  }

  /**
   * Looks at a host that is an address, which nobody resolves.
   *
   * @throws UnknownHostException when it is none that is called
   */
  static void checkLiteral(String host) throws UnknownHostException {
    InetAddress address;
    try {
      address = InetAddress.ofLiteral(host);
    } catch (IllegalArgumentException e) {
      return;
    }
    check(address);
  }

  private static void check(InetAddress address) throws UnknownHostException {
    if (address.isLinkLocalAddress()
        || address.isAnyLocalAddress()
        || address.isMulticastAddress()
        || METADATA.contains(address.getHostAddress())) {
      throw new UnknownHostException("alerts.webhook_url leads to an address that is never called");
    }
  }

  @Override
  protected AddressResolver<InetSocketAddress> newResolver(EventExecutor executor) {
    return new Resolver(executor).asAddressResolver();
  }

  private final class Resolver extends InetNameResolver {

    Resolver(EventExecutor executor) {
      super(executor);
    }

    /** One bad address among good ones spoils them all. */
    private List<InetAddress> all(String name) throws UnknownHostException {
      List<InetAddress> found = List.of(lookup.of(name));
      for (InetAddress address : found) {
        check(address);
      }
      return found;
    }

    @Override
    protected void doResolve(String name, Promise<InetAddress> promise) {
      try {
        promise.setSuccess(all(name).getFirst());
      } catch (UnknownHostException e) {
        promise.setFailure(e);
      }
    }

    @Override
    protected void doResolveAll(String name, Promise<List<InetAddress>> promise) {
      try {
        promise.setSuccess(all(name));
      } catch (UnknownHostException e) {
        promise.setFailure(e);
      }
    }
  }
}
