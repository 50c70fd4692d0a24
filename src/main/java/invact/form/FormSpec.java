package invact.form;

import invact.form.internal.ExpansionPoint;
import invact.form.internal.Family;
import invact.form.internal.Forms;
import java.util.List;

/**
 * A form: its family and its parameters. {@link #name()} is a label for people; JSON keeps the
 * parameters themselves.
 *
 * @param family the name of the family, such as {@code root-rational}; {@code invact list} shows
 *     them all
 * @param counts the values of the family's whole-number parameters, in its order
 * @param centre the root about which powers are taken; 0 where the family has no centre
 * @param cutoff the height above the minimum beyond which q = 1; +∞ for none
 */
public record FormSpec(String family, List<Integer> counts, double centre, double cutoff) {
  /**
   * The parameters of a form.
   *
   * @throws IllegalArgumentException if there is no such family, it has more or fewer parameters,
   *     or one is out of range
   */
  public FormSpec {
    Family known = Forms.family(family);
    counts = List.copyOf(counts);
    if (counts.size() != known.counts().size()
        || centre != 0 && !known.hasCentre()
        || cutoff != Double.POSITIVE_INFINITY && !known.hasCutoff()) {
      throw new IllegalArgumentException("these are not the parameters of " + known.usage());
    }
    for (int i = 0; i < counts.size(); i++) {
      known.counts().get(i).require(counts.get(i));
    }
    ExpansionPoint.requireCentre(centre);
    ExpansionPoint.requireCutoff(cutoff);
  }

  /**
   * The form of a name.
   *
   * @param name a name as {@link #name()} gives it
   * @return the form
   * @throws IllegalArgumentException if no form has that name
   */
  public static FormSpec of(String name) {
    return Forms.parse(name);
  }

  /**
   * The name on the command line and in tables.
   *
   * @return a lower-case name
   */
  public String name() {
    StringBuilder name = new StringBuilder(family);
    counts.forEach(count -> name.append('-').append(count));
    return name.append(ExpansionPoint.suffix(centre, cutoff)).toString();
  }

  /** The value of one of the family's counts. */
  public int count(int index) {
    return counts.get(index);
  }
}
