package invact.export;

import invact.activation.Activation;
import invact.activation.Branch;
import invact.coefficients.CoefficientSet;
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
  private static final List<Dtype> FORMATS = List.of(Dtype.FP32, Dtype.BF16, Dtype.FP16);

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
        f -> header.block("ACTIVATION_" + Export.identifier(f.name()), forward(f, export)));
    export.sets().forEach(set -> header.block("SET_" + Export.identifier(set), backward(set)));
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
    for (Dtype format : List.of(Dtype.BF16, Dtype.FP16)) {
      boolean isFp16 = format == Dtype.FP16;
      String label = format.label();
      ProgramBuilder b = new ProgramBuilder("decode");
      Value pattern = b.input("pattern", Type.I32);
      text.append(
          function(
              "The number of a pattern of " + label + "; NaN is quieted in fp16.",
              "float invact_decode_" + label + "(uint16_t bits)",
              CTemplates.PATTERN + (isFp16 ? CTemplates.NAN_FROM_FP16 : ""),
              new CText(b.output("value", HalfPrecision.decode(b, format, pattern)).build())));
      b = new ProgramBuilder("encode");
      Value value = b.input("value", Type.F32);
      text.append(
          function(
              "The pattern of the nearest number of " + label + ", ties to even; NaN is quieted.",
              "uint16_t invact_encode_" + label + "(float value)",
              isFp16 ? CTemplates.NAN_TO_FP16 : CTemplates.NAN_TO_BF16,
              new CText(b.output("pattern", HalfPrecision.encode(b, format, value)).build())));
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
    CText value = new CText(Forward.of(f).orElseThrow(() -> export.noProgram(f)));
    String name = Export.identifier(f.name());
    String comment =
        f.title() + ": f(x) = " + f.formula() + (value.uses(Op.NARROW) ? ", in fp64." : ".");
    StringBuilder text =
        new StringBuilder(function(comment, "float invact_" + name + "(float x)", "", value));
    String threshold = value.number(Forward.threshold(f));
    for (Dtype format : FORMATS) {
      text.append(
          CTemplates.FORWARD.formatted(
              name,
              format.label(),
              type(format),
              load(format, "x[i]"),
              store(format, "invact_" + name + "(input)"),
              threshold));
    }
    return text.toString();
  }

  private static String backward(CoefficientSet set) {
    String name = Export.identifier(set);
    StringBuilder text = new StringBuilder();
    for (Branch branch : Branch.values()) {
      CText g = new CText(FORMATS.stream().map(format -> derivative(set, branch, format)).toList());
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
      for (Dtype format : FORMATS) {
        String values = g.argumentValues(FORMATS.indexOf(format));
        text.append(CTemplates.DERIVATIVE.formatted(function, format.label(), values));
      }
    }
    String f = Export.identifier(set.activation().name());
    for (Dtype format : FORMATS) {
      String label = format.label();
      String product = store(format, load(format, "dy[i]") + " * g");
      text.append(
          CTemplates.PASSES.formatted(name, label, type(format), f, load(format, "y[i]"), product));
    }
    return text.toString();
  }

  private static Computation derivative(CoefficientSet set, Branch branch, Dtype format) {
    try {
      return Derivative.computation(set.branch(branch).approximant(), set.decoding().get(format));
    } catch (IllegalArgumentException e) {
      throw new ExportException(set.name() + ": " + e.getMessage(), e);
    }
  }

  private static String type(Dtype format) {
    return format.isHalf() ? "uint16_t" : "float";
  }

  private static String load(Dtype format, String element) {
    return format.isHalf() ? "invact_decode_" + format.label() + "(" + element + ")" : element;
  }

  private static String store(Dtype format, String value) {
    return format.isHalf() ? "invact_encode_" + format.label() + "(" + value + ")" : value;
  }
}
