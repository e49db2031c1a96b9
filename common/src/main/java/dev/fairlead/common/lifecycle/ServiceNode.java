package dev.fairlead.common.lifecycle;

import io.grpc.BindableService;
import java.util.List;

/**
 * A service of the mesh, started and wired, without its transport: its own process serves it over a
 * port, and the standalone process over in-process channels. {@link #close()} lets calls in flight
 * finish and blocks until then.
 */
public interface ServiceNode extends AutoCloseable {

  /** Name in logs, metrics and traces, such as {@code cache-service}. */
  String name();

  /** The gRPC services to serve. Their handlers never block. */
  List<BindableService> services();

  /** Whether it can do its work now. Does not block. */
  boolean ready();

  @Override
  void close();
}
