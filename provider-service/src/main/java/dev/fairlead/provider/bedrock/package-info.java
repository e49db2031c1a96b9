/**
 * Amazon Bedrock's Converse API ({@code Converse}, {@code ConverseStream}) through the AWS SDK for
 * Java 2.54, which signs and decodes the binary event stream
 * (docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html, read November 2026).
 * Typed requests only. Of the SDK, retries, proxies, metrics and every look at a metadata address
 * are off.
 */
@NullMarked
package dev.fairlead.provider.bedrock;

import org.jspecify.annotations.NullMarked;
