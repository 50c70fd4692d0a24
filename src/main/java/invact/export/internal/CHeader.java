package invact.export.internal;

import invact.activation.Activation;
import invact.activation.Branch;
import invact.coefficients.CoefficientSet;
import invact.export.Export;
import invact.export.ExportException;
import invact.internal.arithmetic.Derivative;
import invact.internal.arithmetic.Forward;
import invact.internal.arithmetic.HalfPrecision;
import invact.internal.program.Computation;
import invact.internal.program.Op;
import invact.internal.program.ProgramBuilder;
import invact.internal.program.Type;
import invact.internal.program.Value;
import invact.numeric.Dtype;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.zip.CRC32;

/**
 * Sets as a header for C99 and C++11. What sets share, the conversions and the forward pass of an
 * activation, stands once.
 *
 * <p>Each part is a block with a guard that holds a checksum of its text, so that headers made
 * apart can be included together, and two different parts of one name are an error.
 *
 * <p>Identifiers cannot clash: the functions of a set end in what they are and a dtype, or in a
 * branch, shared ones begin with {@code invact_} and end otherwise.
 */
final class CHeader {
  private static final List<Dtype> DTYPES = List.of(Dtype.FP32, Dtype.BF16, Dtype.FP16);

  private final StringBuilder text = new StringBuilder();

  private CHeader() {}

  /** The header. */
  static String of(Export export) {
    CHeader header = new CHeader();
    header.comment(export);
    header.text.append(CTemplates.BEGIN);
    header.block("COMMON", common());
    Set<Activation> activations = new LinkedHashSet<>();
    export.sets().forEach(set -> activations.add(set.activation()));
    activations.forEach(
        f -> header.block("ACTIVATION_" + Identifiers.of(f.name()), forward(f, export)));
    export.sets().forEach(set -> header.block("SET_" + Identifiers.of(set), backward(set)));
    return header.text.append(CTemplates.END).toString();
  }

  private void comment(Export export) {
    String usage = CTemplates.USAGE.formatted(export.version(), export.command());
    text.append("/*\n");
    usage.lines().forEach(this::comment);
    for (CoefficientSet set : export.sets()) {
      comment("");
      Description.of(set).forEach(this::comment);
    }
    text.append(" */\n");
  }

  /** A line of a comment, which it cannot end. */
  private void comment(String line) {
    text.append(Comments.wrapped(" *", line.replace("*/", "* /")));
  }

  private void block(String name, String content) {
    CRC32 checksum = new CRC32();
    checksum.update(content.getBytes(StandardCharsets.UTF_8));
    String macro = "INVACT_" + name.toUpperCase(Locale.ROOT);
    String value = String.format(Locale.ROOT, "0x%08Xu", checksum.getValue());
    text.append("\n#ifndef ").append(macro).append('\n');
    text.append("#define ").append(macro).append(' ').append(value).append('\n');
    text.append(content);
    text.append("\n#elif ").append(macro).append(" != ").append(value).append('\n');
    text.append("#error \"two headers define different code for ").append(macro).append("\"\n");
    text.append("#endif\n");
  }

  private static String common() {
    StringBuilder text = new StringBuilder(CTemplates.REINTERPRET);
    for (Dtype dtype : List.of(Dtype.BF16, Dtype.FP16)) {
      boolean isFp16 = dtype == Dtype.FP16;
      String label = dtype.label();
      ProgramBuilder b = new ProgramBuilder("decode");
      Value pattern = b.input("pattern", Type.I32);
      text.append(
          function(
              "The number of a pattern of " + label + "; NaN is quieted in fp16.",
              "float invact_decode_" + label + "(uint16_t bits)",
              CTemplates.PATTERN + (isFp16 ? CTemplates.NAN_FROM_FP16 : ""),
              new CText(b.output("value", HalfPrecision.decode(b, dtype, pattern)).build())));
      b = new ProgramBuilder("encode");
      Value value = b.input("value", Type.F32);
      text.append(
          function(
              "The pattern of the nearest number of " + label + ", ties to even; NaN is quieted.",
              "uint16_t invact_encode_" + label + "(float value)",
              isFp16 ? CTemplates.NAN_TO_FP16 : CTemplates.NAN_TO_BF16,
              new CText(b.output("pattern", HalfPrecision.encode(b, dtype, value)).build())));
    }
    return text.toString();
  }

  /** A function that returns a program's first output. */
  private static String function(String comment, String signature, String first, CText program) {
    String cast = signature.startsWith("uint16_t") ? "(uint16_t)" : "";
    return "\n/* %s */\nstatic inline %s {\n%s%s  return %s%s;\n}\n"
        .formatted(comment, signature, first, program.body(), cast, program.result());
  }

  private static String forward(Activation f, Export export) {
    CText value = new CText(Programs.require(export, f, Forward.of(f)));
    String name = Identifiers.of(f.name());
    String comment =
        f.title() + ": f(x) = " + f.formula() + (value.uses(Op.NARROW) ? ", in fp64." : ".");
    StringBuilder text =
        new StringBuilder(function(comment, "float invact_" + name + "(float x)", "", value));
    String threshold = value.number(Forward.threshold(f));
    for (Dtype dtype : DTYPES) {
      text.append(
          CTemplates.FORWARD.formatted(
              name,
              dtype.label(),
              type(dtype),
              load(dtype, "x[i]"),
              store(dtype, "invact_" + name + "(input)"),
              threshold));
    }
    return text.toString();
  }

  private static String backward(CoefficientSet set) {
    String name = Identifiers.of(set);
    StringBuilder text = new StringBuilder();
    for (Branch branch : Branch.values()) {
      CText g = new CText(DTYPES.stream().map(dtype -> derivative(set, branch, dtype)).toList());
      String function = name + "_" + branch.label();
      text.append(
          function(
              set.name()
                  + ": g on the "
                  + branch.label()
                  + " branch, y being of the dtype that the others belong to.",
              "float " + function + "(float y" + g.argumentList() + ")",
              "",
              g));
      for (Dtype dtype : DTYPES) {
        String values = g.argumentValues(DTYPES.indexOf(dtype));
        text.append(CTemplates.DERIVATIVE.formatted(function, dtype.label(), values));
      }
    }
    String f = Identifiers.of(set.activation().name());
    for (Dtype dtype : DTYPES) {
      String label = dtype.label();
      String product = store(dtype, load(dtype, "dy[i]") + " * g");
      text.append(
          CTemplates.PASSES.formatted(name, label, type(dtype), f, load(dtype, "y[i]"), product));
    }
    return text.toString();
  }

  private static Computation derivative(CoefficientSet set, Branch branch, Dtype dtype) {
    try {
      return Derivative.computation(set.branch(branch).approximant(), set.decoding().get(dtype));
    } catch (IllegalArgumentException e) {
      throw new ExportException(set.name() + ": " + e.getMessage(), e);
    }
  }

  private static String type(Dtype dtype) {
    return dtype.isHalf() ? "uint16_t" : "float";
  }

  private static String load(Dtype dtype, String element) {
    return dtype.isHalf() ? "invact_decode_" + dtype.label() + "(" + element + ")" : element;
  }

  private static String store(Dtype dtype, String value) {
    return dtype.isHalf() ? "invact_encode_" + dtype.label() + "(" + value + ")" : value;
  }
}
