package invact.coefficients.internal;

import invact.activation.Target;
import invact.activation.internal.RoundedHeight;
import invact.form.FormSpec;
import invact.numeric.Dtype;
import invact.numeric.internal.ErrorSummary;
import invact.numeric.internal.PerDtype;
import java.util.List;
import java.util.Optional;

/** What a coefficient file says, before {@link CoefficientReader} believes it; keys as in JSON. */
record SetDocument(
    long schemaVersion,
    String name,
    String activation,
    Optional<String> expression,
    double argmin,
    double minimum,
    Optional<Dtype> dtype,
    PerDtype<RoundedHeight> decoding,
    PieceDocument left,
    PieceDocument right,
    PerDtype<ErrorInUse> errorInUse) {
  /** What it says of one branch. */
  record PieceDocument(
      FormSpec form,
      Target target,
      List<Double> coefficients,
      ErrorSummary derivativeError,
      Provenance provenance) {}
}
