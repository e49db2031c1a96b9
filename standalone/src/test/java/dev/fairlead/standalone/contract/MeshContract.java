package dev.fairlead.standalone.contract;

import org.junit.jupiter.api.TestInstance;

/** The same end-to-end cases over every way to run Fairlead. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class MeshContract
    implements RoutingCases,
        CachingCases,
        StreamingCases,
        PassThroughCases,
        TranslationCases,
        EndpointCases,
        FailureCases,
        GrpcCases,
        TracingCases {}
