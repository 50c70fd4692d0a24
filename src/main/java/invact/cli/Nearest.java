package invact.cli;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** Finds the word that a misspelt one was meant to be. */
final class Nearest {
  private Nearest() {}

  /** The nearest word, if it is near: at most a third of the letters are wrong. */
  static Optional<String> to(String text, Collection<String> words) {
    String lower = text.toLowerCase(Locale.ROOT);
    return words.stream()
        .min(Comparator.comparingInt(word -> distance(lower, word.toLowerCase(Locale.ROOT))))
        .filter(word ->
            distance(lower, word.toLowerCase(Locale.ROOT))
                <= Math.max(1, Math.min(text.length(), word.length()) / 3));
  }

  /** The question to add to a message: empty where nothing is near. */
  static String question(String text, Collection<String> words) {
    return to(text, words).map(word -> "; did you mean '" + word + "'?").orElse("");
  }

  /** Letters to insert, delete, replace, or exchange with the next one. */
  private static int distance(String a, String b) {
    int[][] d = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        if (i == 0 || j == 0) {
          d[i][j] = i + j;
          continue;
        }
        int replaced = d[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        d[i][j] = Math.min(replaced, 1 + Math.min(d[i - 1][j], d[i][j - 1]));
        if (i > 1
            && j > 1
            && a.charAt(i - 1) == b.charAt(j - 2)
            && a.charAt(i - 2) == b.charAt(j - 1)) {
          d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
        }
      }
    }
    return d[a.length()][b.length()];
  }
}
