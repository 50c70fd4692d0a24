package invact.runtime.internal.vector;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;
import java.util.Optional;
import java.util.function.Function;

/**
 * Whether the Java virtual machine compiles by C2. It alone makes vector instructions of the Vector
 * API's calls inside a loop; without it each of them is an object on the heap, and the scalar
 * backend is many times faster.
 */
final class JustInTimeCompiler {
  private static final String MANAGEMENT = "jdk.management";

  /** Options do not change while the virtual machine runs. */
  private static final Optional<String> OBSTACLE =
      obstacle(
          System.getProperty("java.vm.name", ""),
          System.getProperty("java.vm.info", ""),
          ModuleLayer.boot().findModule(MANAGEMENT).isPresent()
              ? Options::value
              : _ -> Optional.empty());

  private JustInTimeCompiler() {}

  /** What keeps C2 from compiling, if something does, with the remedy. */
  static Optional<String> obstacle() {
    return OBSTACLE;
  }

  /**
   * The same for any virtual machine.
   *
   * @param name its name: HotSpot's with C2 is a "Server VM"
   * @param info its mode: "mixed mode" where it compiles
   * @param option the value of an option of HotSpot, if there is one of that name
   */
  static Optional<String> obstacle(
      String name, String info, Function<String, Optional<String>> option) {
    if (!name.contains("Server VM")) {
      return Optional.of("it takes HotSpot's compiler C2, which " + name + " does not have");
    }
    if (info.contains("interpreted mode")) {
      return Optional.of("the JVM only interprets: start java without -Xint");
    }
    if (isOn("UseJVMCICompiler", option)) {
      return Optional.of(
          "another compiler is in the place of C2 (JVMCI): start java with -XX:-UseJVMCICompiler");
    }
    Optional<String> level = option.apply("TieredStopAtLevel");
    if (isOn("TieredCompilation", option) && level.isPresent() && !level.get().equals("4")) {
      return Optional.of(
          "the compiler C2 is off: start java without -XX:TieredStopAtLevel=" + level.get());
    }
    Optional<String> mode = option.apply("CompilationMode");
    if (info.contains("emulated-client") || mode.filter("quick-only"::equals).isPresent()) {
      return Optional.of("the compiler C2 is off: start java without -XX:CompilationMode");
    }
    return Optional.empty();
  }

  private static boolean isOn(String name, Function<String, Optional<String>> option) {
    return option.apply(name).filter("true"::equals).isPresent();
  }

  /** Loaded only where the module is there. */
  private static final class Options {
    static Optional<String> value(String name) {
      try {
        return Optional.ofNullable(
                ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class))
            .map(bean -> bean.getVMOption(name).getValue());
      } catch (IllegalArgumentException e) {
        // The bean's way to say that there is no such option: JVMCI's are not in every build.
        return Optional.empty();
      }
    }
  }
}
