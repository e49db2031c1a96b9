package dev.fairlead.telemetry.failed;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.sdk.common.InstrumentationLibraryInfo;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.data.EventData;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.data.StatusData;
import java.util.List;

/** A kept span as exporters read it. */
record KeptSpanData(
    String getName,
    SpanKind getKind,
    SpanContext getSpanContext,
    SpanContext getParentSpanContext,
    StatusData getStatus,
    long getStartEpochNanos,
    long getEndEpochNanos,
    Attributes getAttributes,
    List<EventData> getEvents,
    List<LinkData> getLinks,
    InstrumentationScopeInfo getInstrumentationScopeInfo,
    Resource getResource)
    implements SpanData {

  @Override
  public boolean hasEnded() {
    return true;
  }

  @Override
  public int getTotalRecordedEvents() {
    return getEvents.size();
  }

  @Override
  public int getTotalRecordedLinks() {
    return getLinks.size();
  }

  @Override
  public int getTotalAttributeCount() {
    return getAttributes.size();
  }

  @Override
  @Deprecated
  public InstrumentationLibraryInfo getInstrumentationLibraryInfo() {
    return InstrumentationLibraryInfo.create(
        getInstrumentationScopeInfo.getName(),
        getInstrumentationScopeInfo.getVersion(),
        getInstrumentationScopeInfo.getSchemaUrl());
  }
}
