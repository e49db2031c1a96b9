package dev.fairlead.common.tls;

import dev.fairlead.common.config.ConfigSource;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Section {@code tls} at work: reads the files that a process asks for, and follows them until it
 * is closed. Ask at the start, from one thread; what is handed out is thread-safe.
 */
public final class Tls implements AutoCloseable {

  private final TlsConfig config;
  private final InstantSource clock;
  private final Map<String, Certificates> inUse = new TreeMap<>();
  private @Nullable ScheduledExecutorService watch;
  private @Nullable ReloadingKeys hopKeys;
  private @Nullable ReloadingTrust hopAuthorities;

  private Tls(TlsConfig config, InstantSource clock) {
    this.config = config;
    this.clock = clock;
  }

  private record Certificates(WatchedFiles files, Supplier<Instant> expiry) {}

  /** Certificates in use: their name in metrics, when they end, and what became of new ones. */
  record Status(Instant expiry, long replaced, long refused) {}

  /** TLS as the section says; reads no certificate yet. */
  public static Tls of(ConfigSource config) {
    return new Tls(config.section("tls", TlsConfig.class), InstantSource.system());
  }

  static Tls of(TlsConfig config, InstantSource clock) {
    return new Tls(config, clock);
  }

  /**
   * For the gateway's doors; null: plain text. Blocks on the files.
   *
   * @throws dev.fairlead.common.config.ConfigException when a file cannot be used
   */
  public @Nullable ServerTls edge() {
    TlsConfig.Edge edge = config.edge();
    if (!edge.on()) {
      return null;
    }
    ClientAuth clientAuth = ClientAuth.parse("tls.edge.client_auth", edge.clientAuth());
    return new ServerTls(
        keys("edge", "tls.edge", edge.cert(), edge.key()),
        clientAuth == ClientAuth.NONE
            ? null
            : authorities("edge_client_ca", "tls.edge.client_ca", edge.clientCa()),
        clientAuth);
  }

  /**
   * For the port of a backend; null: plain text. Blocks on the files.
   *
   * @throws dev.fairlead.common.config.ConfigException when a file cannot be used or is missing
   */
  public @Nullable ServerTls hopServer() {
    TlsConfig.Hops hops = config.hops();
    if (!hops.on()) {
      return null;
    }
    ReloadingKeys keys = hopKeys();
    if (keys == null) {
      throw TlsConfig.missing("tls.hops.cert", "which a backend shows to its callers");
    }
    ClientAuth clientAuth = ClientAuth.parse("tls.hops.client_auth", hops.clientAuth());
    return new ServerTls(keys, clientAuth == ClientAuth.NONE ? null : hopAuthorities(), clientAuth);
  }

  /**
   * For calls to backends; null: plain text. Blocks on the files.
   *
   * @throws dev.fairlead.common.config.ConfigException when a file cannot be used
   */
  public @Nullable ClientTls hopClient() {
    TlsConfig.Hops hops = config.hops();
    return hops.on() ? new ClientTls(hopKeys(), hopAuthorities(), hops.serverName()) : null;
  }

  /**
   * For calls to something that is not ours, whose section names its files itself; null: none is
   * named. Blocks on the files.
   *
   * @param name of the certificates in metrics, such as {@code redis}
   * @param section of the configuration with the keys {@code ca}, {@code cert} and {@code key}
   * @param ca PEM file of the authorities that are trusted; empty: those of the JVM
   * @param cert PEM file of the certificate chain that is shown; empty: none
   * @param key PEM file of its private key
   * @throws dev.fairlead.common.config.ConfigException when a file cannot be used
   */
  public @Nullable ClientTls client(
      String name, String section, String ca, String cert, String key) {
    TlsConfig.pair(section, cert, key);
    return ca.isEmpty() && cert.isEmpty()
        ? null
        : new ClientTls(
            cert.isEmpty() ? null : keys(name, section, cert, key),
            ca.isEmpty() ? null : authorities(name + "_ca", section + ".ca", ca),
            "");
  }

  /** Told of certificates in use; the suppliers go on to answer. */
  public interface Listing {
    /**
     * One of them.
     *
     * @param name {@code edge}, {@code edge_client_ca}, {@code hops}, {@code hops_ca}, or what
     *     {@link Tls#client} was given
     * @param expiry when what is in use now ends
     * @param replaced how often other contents were taken
     * @param refused how often other contents were not usable
     */
    void certificate(
        String name, Supplier<Instant> expiry, LongSupplier replaced, LongSupplier refused);
  }

  /** Tells what was asked for so far, for metrics. */
  public void list(Listing listing) {
    inUse.forEach((name, known) ->
        listing.certificate(name, known.expiry(), known.files()::replaced, known.files()::refused));
  }

  /**
   * What is in use now, by {@code edge}, {@code edge_client_ca}, {@code hops} and {@code hops_ca};
   * what was never asked for is not there.
   */
  Map<String, Status> status() {
    Map<String, Status> status = new LinkedHashMap<>();
    inUse.forEach((name, known) ->
        status.put(
            name,
            new Status(known.expiry().get(), known.files().replaced(), known.files().refused())));
    return status;
  }

  private @Nullable ReloadingKeys hopKeys() {
    if (hopKeys == null && !config.hops().cert().isEmpty()) {
      hopKeys = keys("hops", "tls.hops", config.hops().cert(), config.hops().key());
    }
    return hopKeys;
  }

  private @Nullable ReloadingTrust hopAuthorities() {
    if (hopAuthorities == null && !config.hops().ca().isEmpty()) {
      hopAuthorities = authorities("hops_ca", "tls.hops.ca", config.hops().ca());
    }
    return hopAuthorities;
  }

  private ReloadingKeys keys(String name, String section, String cert, String key) {
    Path certFile = Path.of(cert);
    Path keyFile = Path.of(key);
    Map<String, Path> files = new LinkedHashMap<>();
    files.put(section + ".cert", certFile);
    files.put(section + ".key", keyFile);
    Following<KeyMaterial, ReloadingKeys> following =
        new Following<>(ReloadingKeys::new, ReloadingKeys::replace);
    WatchedFiles watched =
        new WatchedFiles(
            name,
            files,
            contents ->
                following.accept(
                    KeyMaterial.parse(
                        section,
                        certFile,
                        contents.get(0),
                        keyFile,
                        contents.get(1),
                        clock.instant())));
    watched.read();
    ReloadingKeys manager = following.get();
    follow(watched, () -> manager.current().expiry());
    return manager;
  }

  private ReloadingTrust authorities(String name, String key, String ca) {
    Path file = Path.of(ca);
    Following<List<X509Certificate>, ReloadingTrust> following =
        new Following<>(first -> new ReloadingTrust(key, file, first), ReloadingTrust::replace);
    WatchedFiles watched =
        new WatchedFiles(
            name,
            Map.of(key, file),
            contents -> following.accept(KeyMaterial.certificates(key, file, contents.get(0))));
    watched.read();
    ReloadingTrust manager = following.get();
    follow(watched, manager::expiry);
    return manager;
  }

  private void follow(WatchedFiles files, Supplier<Instant> expiry) {
    inUse.put(files.name(), new Certificates(files, expiry));
    if (watch == null) {
      watch =
          Executors.newSingleThreadScheduledExecutor(
              Thread.ofPlatform().daemon().name("certificates").factory());
    }
    long millis = Math.max(1, config.reloadInterval().toMillis());
    var unused = watch.scheduleWithFixedDelay(files::look, millis, millis, TimeUnit.MILLISECONDS);
  }

  @Override
  public void close() {
    if (watch != null) {
      watch.shutdownNow();
    }
  }

  /** The first value makes the manager, later ones go into it. */
  private static final class Following<V, M> implements Consumer<V> {
    private final Function<V, M> make;
    private final BiConsumer<M, V> replace;
    private @Nullable M made;

    Following(Function<V, M> make, BiConsumer<M, V> replace) {
      this.make = make;
      this.replace = replace;
    }

    @Override
    public void accept(V value) {
      M known = made;
      if (known == null) {
        made = make.apply(value);
      } else {
        replace.accept(known, value);
      }
    }

    M get() {
      M known = made;
      if (known == null) {
        throw new IllegalStateException("nothing was read");
      }
      return known;
    }
  }
}
