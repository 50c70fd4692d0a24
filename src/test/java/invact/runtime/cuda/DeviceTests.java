package invact.runtime.cuda;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.io.PrintWriter;
import java.util.List;
import java.util.stream.Stream;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;

/**
 * Runs the device contract where there is no Maven, all of it or the methods named, and exits with
 * 1 if it does not hold.
 */
public final class DeviceTests {
  private DeviceTests() {}

  public static void main(String[] args) {
    System.setProperty("invact.require", "cuda");
    SummaryGeneratingListener summary = new SummaryGeneratingListener();
    LauncherDiscoveryRequest request =
        LauncherDiscoveryRequestBuilder.request()
            .selectors(
                args.length == 0
                    ? List.of(selectClass(DeviceContractTest.class))
                    : Stream.of(args).map(DiscoverySelectors::selectMethod).toList())
            .build();
    LauncherFactory.create().execute(request, summary);
    summary.getSummary().printTo(new PrintWriter(System.out));
    summary.getSummary().printFailuresTo(new PrintWriter(System.out), 12);
    System.exit(summary.getSummary().getTotalFailureCount() == 0 ? 0 : 1);
  }
}
