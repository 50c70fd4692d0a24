package invact.form;

import invact.form.internal.ExpansionPoint;
import invact.form.internal.Family;
import invact.form.internal.Form;
import java.util.List;

/**
 * What a form is: its family and its parameters. {@link #name()} is a label for people; JSON keeps
 * the parameters themselves.
 *
 * @param family the family
 * @param counts the values of the family's whole-number parameters, in its order
 * @param centre the root about which powers are taken; 0 where the family has no centre
 * @param cutoff the height beyond which q = 1; +∞ for none
 */
public record FormSpec(Family family, List<Integer> counts, double centre, double cutoff) {
  /**
   * The parameters of a form.
   *
   * @throws IllegalArgumentException if there are more or fewer than the family has, or one is out
   *     of range
   */
  public FormSpec {
    counts = List.copyOf(counts);
    if (counts.size() != family.counts().size()
        || centre != 0 && !family.hasCentre()
        || cutoff != Double.POSITIVE_INFINITY && !family.hasCutoff()) {
      throw new IllegalArgumentException("these are not the parameters of " + family.usage());
    }
    for (int i = 0; i < counts.size(); i++) {
      family.counts().get(i).require(counts.get(i));
    }
    ExpansionPoint.requireCentre(centre);
    ExpansionPoint.requireCutoff(cutoff);
  }

  /**
   * The name on the command line and in tables.
   *
   * @return a lower-case name
   */
  public String name() {
    StringBuilder name = new StringBuilder(family.name());
    counts.forEach(count -> name.append('-').append(count));
    return name.append(ExpansionPoint.suffix(centre, cutoff)).toString();
  }

  /**
   * The form.
   *
   * @param depth |f(T)| of the activation it is to serve
   * @return the form
   */
  public Form form(double depth) {
    return family.maker().make(this, depth);
  }

  /** The value of one of the family's counts. */
  public int count(int index) {
    return counts.get(index);
  }
}
