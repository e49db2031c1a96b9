package dev.fairlead.provider.bedrock;

import com.linecorp.armeria.common.AggregatedHttpRequest;
import com.linecorp.armeria.common.RequestHeaders;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Computes the signature of a request anew from what arrived, by the description of Signature
 * Version 4 (docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html).
 */
final class SignatureCheck {

  private static final Pattern AUTHORIZATION =
      Pattern.compile(
          "AWS4-HMAC-SHA256 Credential=([^/]+)/(\\d{8})/([^/]+)/bedrock/aws4_request,"
              + " ?SignedHeaders=([a-z0-9;-]+), ?Signature=([0-9a-f]{64})");

  private SignatureCheck() {}

  /** Empty when the signature is right, else what is wrong. */
  static String complaint(
      AggregatedHttpRequest request, String rawPath, String keyId, String secret, String region)
      throws GeneralSecurityException {
    RequestHeaders headers = request.headers();
    Matcher parts = AUTHORIZATION.matcher(headers.get("authorization", ""));
    if (!parts.matches()) {
      return "no signature: " + headers.get("authorization");
    }
    if (!parts.group(1).equals(keyId) || !parts.group(3).equals(region)) {
      return "another key or region: " + parts.group();
    }
    String names = parts.group(4);
    if (!names.contains("host") || !names.contains("x-amz-date")) {
      return "not signed: " + names;
    }
    String canonicalHeaders =
        Arrays.stream(names.split(";"))
            .map(name ->
                name
                    + ":"
                    + (name.equals("host") ? headers.authority() : headers.get(name, "").strip())
                    + "\n")
            .collect(Collectors.joining());
    String path = encodedTwice(rawPath);
    String payload = hex(sha256(request.content().array()));
    String canonical = String.join("\n", "POST", path, "", canonicalHeaders, names, payload);
    String scope = parts.group(2) + "/" + region + "/bedrock/aws4_request";
    String toSign =
        String.join(
            "\n",
            "AWS4-HMAC-SHA256",
            headers.get("x-amz-date", ""),
            scope,
            hex(sha256(canonical.getBytes(StandardCharsets.UTF_8))));
    byte[] key = ("AWS4" + secret).getBytes(StandardCharsets.UTF_8);
    for (String step : new String[] {parts.group(2), region, "bedrock", "aws4_request"}) {
      key = hmac(key, step);
    }
    String expected = hex(hmac(key, toSign));
    return expected.equals(parts.group(5)) ? "" : "wrong signature over\n" + canonical;
  }

  /** The path as it came has been encoded once; signing encodes each segment again. */
  private static String encodedTwice(String path) {
    return Arrays.stream(path.split("/", -1))
        .map(segment -> URLEncoder.encode(segment, StandardCharsets.UTF_8).replace("%7E", "~"))
        .collect(Collectors.joining("/"));
  }

  private static byte[] sha256(byte[] bytes) throws GeneralSecurityException {
    return MessageDigest.getInstance("SHA-256").digest(bytes);
  }

  private static byte[] hmac(byte[] key, String text) throws GeneralSecurityException {
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(key, "HmacSHA256"));
    return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }
}
