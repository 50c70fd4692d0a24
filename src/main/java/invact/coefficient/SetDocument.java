package invact.coefficient;

import invact.activation.RoundedLift;
import invact.activation.Target;
import invact.approx.FormSpec;
import invact.error.ErrorSummary;
import invact.math.FloatFormat;
import invact.math.PerDtype;
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
    Optional<FloatFormat> dtype,
    PerDtype<RoundedLift> decoding,
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
