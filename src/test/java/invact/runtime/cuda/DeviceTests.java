package invact.runtime.cuda;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import java.io.PrintWriter;
import java.util.List;
import java.util.stream.Stream;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;

/**
 * Runs the device contract where there is no Maven, all of it or the classes and methods named, and
 * exits with 1 if it does not hold.
 */
public final class DeviceTests {
  private static final List<Class<?>> CONTRACT =
      List.of(
          DeviceForwardTest.class,
          DeviceBackwardTest.class,
          DeviceBuffersTest.class,
          DeviceGatedUnitTest.class,
          DeviceCallsTest.class);

  private DeviceTests() {}

  /** A class of this package, or a method of one behind a #. */
  private static DiscoverySelector selector(String name) {
    String qualified = DeviceTests.class.getPackageName() + "." + name;
    return name.contains("#") ? selectMethod(qualified) : selectClass(qualified);
  }

  public static void main(String[] args) {
    System.setProperty("invact.require", "cuda");
    SummaryGeneratingListener summary = new SummaryGeneratingListener();
    LauncherDiscoveryRequest request =
        LauncherDiscoveryRequestBuilder.request()
            .selectors(
                args.length == 0
                    ? CONTRACT.stream().map(DiscoverySelectors::selectClass).toList()
                    : Stream.of(args).map(DeviceTests::selector).toList())
            .build();
    LauncherFactory.create().execute(request, summary);
    summary.getSummary().printTo(new PrintWriter(System.out));
    summary.getSummary().printFailuresTo(new PrintWriter(System.out), 12);
    System.exit(summary.getSummary().getTotalFailureCount() == 0 ? 0 : 1);
  }
}
