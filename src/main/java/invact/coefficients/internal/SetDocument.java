package invact.coefficients.internal;

import invact.activation.Target;
import invact.activation.internal.RoundedHeight;
import invact.form.FormSpec;
import invact.numeric.Dtype;
import invact.numeric.internal.ErrorSummary;
import invact.numeric.internal.PerDtype;
import java.util.List;
import java.util.Optional;

/** The content of a coefficient file, unchecked; components are named as the keys of the JSON. */
record SetDocument(
    long schemaVersion,
    String name,
    String activation,
    Optional<String> expression,
    double argmin,
    double minimum,
    Optional<Dtype> dtype,
    PerDtype<RoundedHeight> decoding,
    BranchDocument left,
    BranchDocument right,
    PerDtype<ErrorInUse> errorInUse) {
  /** The content for one branch. */
  record BranchDocument(
      FormSpec form,
      Target target,
      List<Double> coefficients,
      ErrorSummary derivativeError,
      Provenance provenance) {}
}
