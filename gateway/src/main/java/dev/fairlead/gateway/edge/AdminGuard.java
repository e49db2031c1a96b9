package dev.fairlead.gateway.edge;

import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.server.ServiceRequestContext;
import dev.fairlead.common.config.Secret;
import dev.fairlead.common.failure.Failure;
import org.jspecify.annotations.Nullable;

/**
 * Who may steer the gateway: the holder of the admin token, or without one whoever is on this
 * machine.
 */
final class AdminGuard {

  private static final String BEARER = "bearer ";

  private final Secret token;

  AdminGuard(Secret token) {
    this.token = token;
  }

  /**
   * Throws {@link Failure.Unauthenticated} unless the caller holds the token; without a token the
   * endpoint does not exist.
   */
  void checkToken(ServiceRequestContext context) {
    if (token.isEmpty()) {
      throw NotFoundService.failure(context.path()).asException();
    }
    check(context);
  }

  /** Whether there is a token that can be held. */
  boolean hasToken() {
    return !token.isEmpty();
  }

  /** Throws {@link Failure.Unauthenticated} or {@link Failure.Forbidden} unless the caller may. */
  void check(ServiceRequestContext context) {
    if (token.isEmpty()) {
      boolean local = context.remoteAddress().getAddress().isLoopbackAddress();
      if (!local || context.request().headers().contains("x-forwarded-for")) {
        throw new Failure.Forbidden("without an admin token this works from loopback only")
            .asException();
      }
      checkPage(context.request().headers());
      return;
    }
    @Nullable String header = context.request().headers().get("authorization");
    boolean bearer = header != null && header.regionMatches(true, 0, BEARER, 0, BEARER.length());
    if (header == null || !bearer || !token.matches(header.substring(BEARER.length()).trim())) {
      throw new Failure.Unauthenticated(
              "the admin token is missing or wrong (expected: Authorization: Bearer <token>)")
          .asException();
    }
  }

  /**
   * A browser on this machine also sends what pages of other sites tell it to. What it says of the
   * page it sends for gives those away, and the host gives away a page whose name was made to lead
   * here: of such a page over plain HTTP a browser says nothing else.
   */
  private static void checkPage(RequestHeaders headers) {
    String site = headers.get("sec-fetch-site", "none");
    boolean ours = site.equals("same-origin") || site.equals("none");
    String origin = headers.get("origin");
    if (!ours || origin != null && !isLocal(origin.replaceFirst("^https?://", ""))) {
      throw new Failure.Forbidden(
              "without an admin token this does not work from pages of other sites")
          .asException();
    }
    String authority = headers.authority();
    if (authority == null || !isLocal(authority)) {
      throw new Failure.Forbidden(
              "without an admin token this works under a loopback name only (expected: localhost)")
          .asException();
    }
  }

  private static boolean isLocal(String authority) {
    String host = authority.replaceFirst(":\\d+$", "");
    return host.equals("localhost")
        || host.endsWith(".localhost")
        || host.matches("127(\\.\\d{1,3}){3}")
        || host.equals("[::1]");
  }
}
