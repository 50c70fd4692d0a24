package invact.cli;

import invact.coefficients.CoefficientException;
import invact.coefficients.CoefficientSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The coefficient sets that a command works on. */
final class SetArguments {
  static final Path FOLDER = Path.of("coefficients");

  @Spec(Spec.Target.MIXEE)
  private CommandSpec mixee;

  @Parameters(
      paramLabel = "SET",
      description = "coefficient files, or names of sets in coefficients/ or shipped with invact")
  private List<String> files = List.of();

  @Option(
      names = "--all",
      description = "all sets in coefficients/, or if there is no such folder all shipped ones")
  private boolean all;

  List<CoefficientSet> load() throws IOException {
    if (all == !files.isEmpty()) {
      throw new ParameterException(
          mixee.commandLine(),
          all
              ? "name coefficient sets or say --all, not both"
              : "name coefficient sets or say --all");
    }
    List<CoefficientSet> sets = new ArrayList<>();
    if (!all) {
      files.forEach(file -> sets.add(load(file)));
    } else if (Files.isDirectory(FOLDER)) {
      try (Stream<Path> folder = Files.list(FOLDER)) {
        folder
            .filter(file -> file.toString().endsWith(".json"))
            .sorted()
            .forEach(file -> sets.add(CoefficientSet.read(file)));
      }
      if (sets.isEmpty()) {
        throw new CoefficientException(
            FOLDER + ": holds no coefficient sets: 'invact fit --all' writes them");
      }
    } else {
      CoefficientSet.shippedNames().forEach(name -> sets.add(CoefficientSet.shipped(name)));
    }
    return sets;
  }

  /** Whether all sets are meant. */
  boolean isAll() {
    return all;
  }

  /** These arguments as a shell takes them. */
  String words() {
    return all ? "--all" : files.stream().map(SetArguments::word).collect(Collectors.joining(" "));
  }

  /** One argument quoted for a shell; control characters become '?', to keep it one line. */
  static String word(String argument) {
    return argument.matches("[\\w./+=:@%,-]+")
        ? argument
        : "'" + argument.replace("'", "'\\''").replaceAll("\\p{Cntrl}", "?") + "'";
  }

  /** The set in a file, of a name in {@code coefficients/}, or shipped under that name. */
  static CoefficientSet load(String argument) {
    Path file = Path.of(argument);
    if (Files.exists(file) || argument.endsWith(".json")) {
      return CoefficientSet.read(file);
    }
    Path inFolder = FOLDER.resolve(argument + ".json");
    if (Files.exists(inFolder)) {
      return CoefficientSet.read(inFolder);
    }
    try {
      return CoefficientSet.shipped(argument);
    } catch (CoefficientException e) {
      throw new CoefficientException(
          e.getMessage() + Nearest.question(argument, CoefficientSet.shippedNames()), e);
    }
  }
}
