package invact.cli;

import invact.activation.Branch;
import invact.certify.internal.CertificateException;
import invact.certify.internal.Certifier;
import invact.coefficients.CoefficientSet;
import invact.coefficients.internal.Certificate;
import invact.coefficients.internal.CertificateTable;
import invact.coefficients.internal.ErrorBound;
import invact.internal.io.AtomicFile;
import invact.internal.io.Json;
import invact.numeric.Dtype;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.core.JsonGenerator;

/** {@code invact certify}: proved bounds of the errors of coefficient sets. */
@Command(
    name = "certify",
    description = {
      "Proves the largest error of the derivative: two numbers between which it lies.",
      "fp64: on exact outputs, |g(f(x)) - f'(x)| for all real x, by interval and Taylor arithmetic;"
          + " the two numbers are within 0.1 %.",
      "bf16, fp16: in use, every finite input, y rounded, g as the runtime computes it, against an"
          + " enclosure of f'(x).",
      "fp32: the same for all 2^32 inputs, which takes minutes.",
      "What cannot be proved, and a set that states an error which the proof contradicts, are"
          + " refused with exit code 1."
    },
    footer = {
      "  invact certify gelu-fp32",
      "  invact certify --all --check coefficients/certificates.csv",
      "  invact certify --all --dtype fp64,fp32,bf16,fp16 --out coefficients/certificates.csv"
    })
final class CertifyCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Mixin private SetArguments arguments;

  @Option(
      names = "--dtype",
      paramLabel = "DTYPE",
      split = ",",
      description = "fp64, fp32, bf16, fp16, or several with commas; default: all but fp32")
  private List<Dtype> dtypes = List.of(Dtype.FP64, Dtype.BF16, Dtype.FP16);

  @Option(names = "--json", description = "print one JSON document instead of the table")
  private boolean json;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "write what was proved to this file, a CSV table")
  private Path out;

  @Option(
      names = "--check",
      paramLabel = "FILE",
      description = "fail unless this file, as --out writes it, says the same of these sets")
  private Path check;

  @Override
  public Integer call() throws IOException {
    if (out != null) {
      AtomicFile.requireWritableDirectory(out.toAbsolutePath().getParent());
    }
    List<CoefficientSet> sets = arguments.load();
    List<Certificate> certificates = Certifier.prove(sets, dtypes);
    if (check != null) {
      requireSame(certificates, table(check));
    }
    if (out != null) {
      AtomicFile.write(out, CertificateTable.text(certificates).getBytes(StandardCharsets.UTF_8));
    }
    PrintWriter printer = spec.commandLine().getOut();
    if (json) {
      printer.print(json(certificates));
    } else {
      table(certificates).print(printer);
    }
    printer.flush();
    return 0;
  }

  private static CertificateTable table(Path file) throws IOException {
    try {
      return CertificateTable.parse(Files.readString(file));
    } catch (NoSuchFileException e) {
      throw new CertificateException(file + ": there is no such file");
    }
  }

  private void requireSame(List<Certificate> certificates, CertificateTable table) {
    for (Certificate proved : certificates) {
      Certificate stated =
          table
              .of(proved.set())
              .orElseThrow(
                  () -> new CertificateException(check + ": has no line of " + proved.set()));
      if (!stated.digest().equals(proved.digest())) {
        throw new CertificateException(
            check + ": what is said of " + proved.set() + " was proved of other coefficients");
      }
      proved
          .bounds()
          .forEach((dtype, bounds) -> {
            if (!bounds.equals(stated.bounds().get(dtype))) {
              throw new CertificateException(
                  check
                      + ": says of "
                      + proved.set()
                      + " in "
                      + dtype.label()
                      + " other than what is proved");
            }
          });
    }
  }

  private static TextTable table(List<Certificate> certificates) {
    TextTable table =
        new TextTable(3, "coefficient set", "dtype", "branch", "at least", "at most", "at x");
    for (Certificate certificate : certificates) {
      for (Map.Entry<Dtype, Certificate.Bounds> entry : certificate.bounds().entrySet()) {
        for (Branch branch : Branch.values()) {
          ErrorBound bound = entry.getValue().of(branch);
          table.add(
              certificate.set(),
              entry.getKey().label(),
              branch.label(),
              Digits.below(bound.lower()),
              Digits.above(bound.upper()),
              Digits.input(bound.at()));
        }
      }
    }
    return table;
  }

  private static String json(List<Certificate> certificates) {
    return Json.text(json -> {
      json.writeStartObject();
      json.writeArrayPropertyStart("certificates");
      for (Certificate certificate : certificates) {
        certificate
            .bounds()
            .forEach((dtype, bounds) -> {
              for (Branch branch : Branch.values()) {
                write(json, certificate, dtype, branch, bounds.of(branch));
              }
            });
      }
      json.writeEndArray();
      json.writeEndObject();
    });
  }

  private static void write(
      JsonGenerator json, Certificate certificate, Dtype dtype, Branch branch, ErrorBound bound) {
    json.writeStartObject();
    json.writeStringProperty("set", certificate.set());
    json.writeStringProperty("digest", certificate.digest());
    json.writeStringProperty("dtype", dtype.label());
    json.writeStringProperty("branch", branch.label());
    json.writeNumberProperty("lower", bound.lower());
    json.writeNumberProperty("upper", bound.upper());
    if (Double.isFinite(bound.at())) {
      json.writeNumberProperty("at", bound.at());
    } else {
      json.writeNullProperty("at");
    }
    json.writeEndObject();
  }
}
