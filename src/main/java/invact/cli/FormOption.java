package invact.cli;

import invact.fit.FitRequest;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The forms to fit. */
final class FormOption {
  @Option(
      names = "--form",
      paramLabel = "FORM",
      description =
          "forms to fit, LEFT,RIGHT by the names that 'invact list' shows, such as"
              + " root-rational-5-5-about-0.41,root-polynomial-9-cut-4.5; one name serves both"
              + " branches; default: the paper's forms")
  private Optional<FitRequest.BranchForms> forms = Optional.empty();

  Optional<FitRequest.BranchForms> value() {
    return forms;
  }
}
