package dev.fairlead.standalone;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import dev.fairlead.common.config.Secret;
import java.security.MessageDigest;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.NullMarked;

/**
 * Which module may know which. The walls are Maven modules; this says what the pom files must not
 * be changed to.
 */
@AnalyzeClasses(packages = "dev.fairlead", importOptions = DoNotIncludeTests.class)
class ModuleArrowsTest {

  @ArchTest
  static final ArchRule ARROWS =
      layeredArchitecture()
          .consideringOnlyDependenciesInAnyPackage("dev.fairlead..")
          .layer("proto")
          .definedBy("dev.fairlead.v1..")
          .layer("telemetry")
          .definedBy("dev.fairlead.telemetry..")
          .layer("common")
          .definedBy("dev.fairlead.common..")
          .layer("catalog")
          .definedBy("dev.fairlead.catalog..")
          .layer("onnx")
          .definedBy("dev.fairlead.onnx..")
          .layer("redis")
          .definedBy("dev.fairlead.redis..")
          .layer("scorer")
          .definedBy("dev.fairlead.scorer..")
          .layer("cache")
          .definedBy("dev.fairlead.cache..")
          .layer("provider")
          .definedBy("dev.fairlead.provider..")
          .layer("gateway")
          .definedBy("dev.fairlead.gateway..")
          .layer("standalone")
          .definedBy("dev.fairlead.standalone..")
          .whereLayer("proto")
          .mayNotAccessAnyLayer()
          .whereLayer("telemetry")
          .mayNotAccessAnyLayer()
          .whereLayer("common")
          .mayOnlyAccessLayers("proto")
          .whereLayer("catalog")
          .mayOnlyAccessLayers("common")
          .whereLayer("onnx")
          .mayOnlyAccessLayers("common")
          .whereLayer("redis")
          .mayOnlyAccessLayers("common")
          .whereLayer("scorer")
          .mayOnlyAccessLayers("proto", "common", "telemetry", "onnx")
          .whereLayer("cache")
          .mayOnlyAccessLayers("proto", "common", "telemetry", "redis")
          .whereLayer("provider")
          .mayOnlyAccessLayers("proto", "common", "telemetry", "catalog", "onnx")
          .whereLayer("gateway")
          .mayOnlyAccessLayers("proto", "common", "telemetry", "catalog", "redis")
          .ensureAllClassesAreContainedInArchitecture();

  @ArchTest
  static final ArchRule PACKAGES_ARE_NAMED_BY_FEATURE =
      noClasses()
          .should()
          .resideInAnyPackage(
              "..util..", "..utils..", "..impl..", "..helpers..", "..model..", "..models..")
          .because("a package is named by what it is about");

  @ArchTest
  static final ArchRule TYPES_ARE_NAMED_BY_WHAT_THEY_ARE =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.fairlead.v1..")
          .and()
          .areTopLevelClasses()
          .should()
          .haveSimpleNameEndingWith("Manager")
          .orShould()
          .haveSimpleNameEndingWith("Helper")
          .orShould()
          .haveSimpleNameEndingWith("Util")
          .orShould()
          .haveSimpleNameEndingWith("Utils")
          .orShould()
          .haveSimpleNameEndingWith("Impl");

  @ArchTest
  static final ArchRule JAVA_SERIALIZATION_IS_NOT_USED =
      noClasses()
          .that()
          .resideInAPackage("dev.fairlead..")
          .should()
          .dependOnClassesThat()
          .haveFullyQualifiedName("java.io.ObjectInputStream");

  @ArchTest
  static final ArchRule SECRETS_ARE_COMPARED_IN_CONSTANT_TIME =
      classes()
          .that()
          .haveFullyQualifiedName("dev.fairlead.common.config.Secret")
          .should()
          .callMethod(MessageDigest.class, "isEqual", byte[].class, byte[].class)
          .because("the time of an answer would tell how much of a guess is right");

  @ArchTest
  static final ArchRule ADMIN_TOKEN_IS_COMPARED_BY_ITS_OWN_TYPE =
      classes()
          .that()
          .haveFullyQualifiedName("dev.fairlead.gateway.edge.AdminGuard")
          .should()
          .callMethod(Secret.class, "matches", String.class)
          .andShould(
              new ArchCondition<JavaClass>("never reveal it") {
                @Override
                public void check(JavaClass type, ConditionEvents events) {
                  for (JavaMethodCall call : type.getMethodCallsFromSelf()) {
                    boolean reveals = call.getName().equals("reveal");
                    events.add(new SimpleConditionEvent(type, !reveals, call.getDescription()));
                  }
                }
              });

  @ArchTest
  static final ArchRule MAINS_ARE_NOT_INSTANTIATED =
      classes()
          .that()
          .haveSimpleName("Main")
          .and()
          .resideOutsideOfPackage("dev.fairlead.v1..")
          .should()
          .haveOnlyPrivateConstructors();

  @ArchTest
  static void everyPackage_isNullMarked(JavaClasses all) {
    Map<String, Boolean> marked = new TreeMap<>();
    for (JavaClass type : all) {
      JavaPackage home = type.getPackage();
      if (!home.getName().startsWith("dev.fairlead.v1")) {
        marked.put(home.getName(), home.isAnnotatedWith(NullMarked.class));
      }
    }
    assertThat(marked).hasSizeGreaterThan(10).doesNotContainValue(false);
  }
}
