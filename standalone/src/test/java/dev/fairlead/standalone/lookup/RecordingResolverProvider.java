package dev.fairlead.standalone.lookup;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.net.spi.InetAddressResolver;
import java.net.spi.InetAddressResolverProvider;
import java.util.stream.Stream;

/**
 * Stands in front of the JVM's own resolver and notes every name that is looked up. Names that are
 * not this machine's are refused, so that a library that calls out can neither reach anybody nor do
 * it unseen.
 */
public final class RecordingResolverProvider extends InetAddressResolverProvider {

  /** Called by {@link java.util.ServiceLoader}. */
  public RecordingResolverProvider() {}

  @Override
  public String name() {
    return "recording";
  }

  @Override
  public InetAddressResolver get(Configuration configuration) {
    return new RecordingResolver(configuration.builtinResolver());
  }

  private record RecordingResolver(InetAddressResolver builtin) implements InetAddressResolver {
    @Override
    public Stream<InetAddress> lookupByName(String host, LookupPolicy policy)
        throws UnknownHostException {
      if (Lookups.isLocal(host)) {
        return builtin.lookupByName(host, policy);
      }
      Lookups.note(host);
      throw new UnknownHostException(
          host + " (names of other machines are not looked up in this test)");
    }

    @Override
    public String lookupByAddress(byte[] address) throws UnknownHostException {
      return builtin.lookupByAddress(address);
    }
  }
}
