package dev.fairlead.gateway.console;

import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.common.ResponseHeadersBuilder;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServiceRequestContext;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The pages of the console: a fixed list of files of the class path, in memory. Nothing else can be
 * asked for, whatever a path looks like. They hold no data, so anybody may read them.
 */
public final class ConsoleFiles implements HttpService {

  private static final String ROOT = "/ui";

  /** Version of Chart.js in the pom; part of the resource's path. */
  private static final String CHARTS = "/META-INF/resources/webjars/chart.js/4.5.1/dist/";

  private static final List<String> SCRIPTS =
      List.of(
          "app.js",
          "api.js",
          "charts.js",
          "dom.js",
          "format.js",
          "pages/overview.js",
          "pages/routing.js",
          "pages/models.js",
          "pages/cache.js",
          "pages/canary.js",
          "pages/keys.js",
          "pages/requests.js",
          "pages/playground.js");

  private static final MediaType JAVASCRIPT = MediaType.JAVASCRIPT_UTF_8;

  private final Map<String, ConsoleFile> files = new LinkedHashMap<>();
  private final HttpService notFound;

  /**
   * Reads the files.
   *
   * @param notFound answers for every other path
   */
  public ConsoleFiles(HttpService notFound) {
    this.notFound = notFound;
    ConsoleFile index = own("index.html", MediaType.HTML_UTF_8);
    files.put(ROOT, index);
    files.put(ROOT + "/", index);
    files.put(ROOT + "/app.css", own("app.css", MediaType.CSS_UTF_8));
    files.put(ROOT + "/icon.svg", own("icon.svg", MediaType.SVG_UTF_8));
    SCRIPTS.forEach(script -> files.put(ROOT + "/" + script, own(script, JAVASCRIPT)));
    files.put(ROOT + "/lib/chart.js", ConsoleFile.read(CHARTS + "chart.umd.min.js", JAVASCRIPT));
  }

  private static ConsoleFile own(String name, MediaType type) {
    return ConsoleFile.read("/fairlead/ui/" + name, type);
  }

  @Override
  public HttpResponse serve(ServiceRequestContext context, HttpRequest request) throws Exception {
    ConsoleFile file = files.get(context.path());
    RequestHeaders headers = request.headers();
    boolean read = headers.method() == HttpMethod.GET || headers.method() == HttpMethod.HEAD;
    if (file == null || !read) {
      return notFound.serve(context, request);
    }
    boolean packed = acceptsGzip(headers);
    String etag = packed ? file.gzipEtag() : file.etag();
    boolean known = matches(headers, file);
    ResponseHeadersBuilder response =
        ConsoleHeaders.secure(
            ResponseHeaders.builder(known ? HttpStatus.NOT_MODIFIED : HttpStatus.OK)
                .set(HttpHeaderNames.ETAG, etag)
                .set(HttpHeaderNames.CACHE_CONTROL, "no-cache")
                .set(HttpHeaderNames.VARY, "accept-encoding"));
    if (known) {
      return HttpResponse.of(response.build());
    }
    HttpData body = packed ? file.gzip() : file.plain();
    response.contentType(file.type()).contentLength(body.length());
    if (packed) {
      response.set(HttpHeaderNames.CONTENT_ENCODING, "gzip");
    }
    return headers.method() == HttpMethod.HEAD
        ? HttpResponse.of(response.build())
        : HttpResponse.of(response.build(), body);
  }

  private static boolean matches(RequestHeaders headers, ConsoleFile file) {
    String known = headers.get(HttpHeaderNames.IF_NONE_MATCH, "");
    return Arrays.stream(known.split(","))
        .map(String::strip)
        .map(tag -> tag.startsWith("W/") ? tag.substring(2) : tag)
        .anyMatch(tag -> tag.equals(file.etag()) || tag.equals(file.gzipEtag()) || tag.equals("*"));
  }

  private static boolean acceptsGzip(RequestHeaders headers) {
    String accepted = headers.get(HttpHeaderNames.ACCEPT_ENCODING, "");
    return Arrays.stream(accepted.split(","))
        .map(coding -> coding.replace(" ", ""))
        .anyMatch(coding ->
            coding.equals("gzip")
                || coding.startsWith("gzip;") && !coding.matches("gzip;q=0(\\.0*)?"));
  }
}
