package invact.certify.internal;

import java.util.Arrays;

/**
 * A function F of the distance d from an expansion point, for all d of a domain that holds 0 or
 * ends in it, to an order n:
 *
 * <pre>
 * F(d) = c₀ + c₁·d + … + c_{n−1}·dⁿ⁻¹ + ρ(d)·dⁿ
 * </pre>
 *
 * <p>where c_k are F's Taylor coefficients at the expansion point, each in the interval C_k, and
 * the remainder ρ(d) lies in C_n for every d of the domain. Order 0 is plain interval arithmetic:
 * C₀ holds all values.
 *
 * <p>A product's orders beyond n go into C_n, multiplied by the powers of the domain. A quotient, a
 * root and a composition compute the coefficients below n from those of their operands, and their
 * remainder from the difference that these leave: of q = a/b, a − (q₀ + … + q_{n−1}·dⁿ⁻¹)·b =
 * dⁿ·(…), to be divided by b. K. Makino and M. Berz, "Taylor models and other validated functional
 * inclusion methods", Int. J. Pure Appl. Math. 4 (2003) 379–456, with the remainder in units of dⁿ:
 * so dividing by d is exact, and next to T nothing is divided by a vanishing height.
 */
final class TaylorForm {
  private final Domain domain;
  private final Interval[] c;

  private TaylorForm(Domain domain, Interval[] c) {
    this.domain = domain;
    this.c = c;
  }

  /** The distance itself, added to a number: x₀ + d. */
  static TaylorForm variable(Domain domain, Interval expansionPoint) {
    Interval[] c = zeros(domain.order());
    if (c.length == 1) {
      c[0] = expansionPoint.plus(domain.distance());
    } else {
      c[0] = expansionPoint;
      c[1] = Interval.ONE;
    }
    return new TaylorForm(domain, c);
  }

  /** A number that does not depend on d. */
  static TaylorForm constant(Domain domain, Interval number) {
    Interval[] c = zeros(domain.order());
    c[0] = number;
    return new TaylorForm(domain, c);
  }

  private static Interval[] zeros(int order) {
    Interval[] c = new Interval[order + 1];
    Arrays.fill(c, Interval.ZERO);
    return c;
  }

  int order() {
    return c.length - 1;
  }

  /** The value at the expansion point; of order 0 all values. */
  Interval atExpansionPoint() {
    return c[0];
  }

  /** The value at one distance of the domain. */
  Interval at(Interval distance) {
    Interval value = c[order()];
    for (int k = order() - 1; k >= 0; k--) {
      value = value.times(distance).plus(c[k]);
    }
    return value;
  }

  /** All values on the domain. */
  Interval range() {
    return range(0);
  }

  /** All values of c_k + … + C_n·dⁿ⁻ᵏ. */
  private Interval range(int from) {
    Interval sum = c[from];
    for (int k = from + 1; k < c.length; k++) {
      sum = sum.plus(c[k].times(domain.power(k - from)));
    }
    return sum;
  }

  /** A constant with the same domain and order. */
  TaylorForm like(Interval number) {
    Interval[] constant = zeros(order());
    constant[0] = number;
    return new TaylorForm(domain, constant);
  }

  TaylorForm plus(TaylorForm b) {
    int n = StrictMath.min(order(), b.order());
    Interval[] sum = new Interval[n + 1];
    for (int k = 0; k < n; k++) {
      sum[k] = c[k].plus(b.c[k]);
    }
    sum[n] = range(n).plus(b.range(n));
    return new TaylorForm(domain, sum);
  }

  TaylorForm plus(Interval number) {
    Interval[] sum = c.clone();
    sum[0] = c[0].plus(number);
    return new TaylorForm(domain, sum);
  }

  TaylorForm minus(TaylorForm b) {
    return plus(b.negate());
  }

  TaylorForm negate() {
    return new TaylorForm(domain, Arrays.stream(c).map(Interval::negate).toArray(Interval[]::new));
  }

  TaylorForm times(Interval factor) {
    return new TaylorForm(
        domain, Arrays.stream(c).map(each -> each.times(factor)).toArray(Interval[]::new));
  }

  TaylorForm times(TaylorForm b) {
    int n = StrictMath.min(order(), b.order());
    Interval[] product = zeros(n);
    for (int i = 0; i <= order(); i++) {
      if (c[i].isZero()) {
        continue;
      }
      for (int j = 0; j <= b.order(); j++) {
        if (!b.c[j].isZero()) {
          add(product, i + j, c[i].times(b.c[j]));
        }
      }
    }
    return new TaylorForm(domain, product);
  }

  /** Adds a term in dᵏ, whose power may be beyond the order. */
  private void add(Interval[] to, int k, Interval term) {
    int n = to.length - 1;
    to[StrictMath.min(k, n)] =
        to[StrictMath.min(k, n)].plus(k <= n ? term : term.times(domain.power(k - n)));
  }

  /**
   * The quotient.
   *
   * @throws NoEnclosureException if the divisor may be 0
   */
  TaylorForm dividedBy(TaylorForm b) {
    int n = StrictMath.min(order(), b.order());
    Interval divisor = b.range();
    Interval[] quotient = zeros(n);
    for (int k = 0; k < n; k++) {
      Interval rest = c[k];
      for (int j = 0; j < k; j++) {
        rest = rest.minus(quotient[j].times(b.c[k - j]));
      }
      quotient[k] = rest.dividedBy(b.c[0]);
    }
    // The terms of a − q·b from dⁿ on, in units of dⁿ.
    Interval rest = range(n);
    for (int i = 0; i < n; i++) {
      for (int j = n - i; j <= b.order(); j++) {
        rest = rest.minus(quotient[i].times(b.c[j]).times(domain.power(i + j - n)));
      }
    }
    quotient[n] = rest.dividedBy(divisor);
    return new TaylorForm(domain, quotient);
  }

  /**
   * The square root. Of a function whose first two coefficients are exactly 0, as the height is at
   * T, it is |d|·√(c₂ + c₃·d + …), of an order lower by one; the domain then lies on one side of 0.
   *
   * @throws NoEnclosureException if the function may be negative, or 0 elsewhere
   */
  TaylorForm sqrt() {
    if (order() == 0) {
      return new TaylorForm(domain, new Interval[] {c[0].sqrt()});
    }
    if (order() >= 3 && c[0].isZero() && c[1].isZero()) {
      TaylorForm root = new TaylorForm(domain, Arrays.copyOfRange(c, 2, c.length)).sqrt();
      Interval[] shifted = new Interval[root.c.length + 1];
      shifted[0] = Interval.ZERO;
      System.arraycopy(root.c, 0, shifted, 1, root.c.length);
      TaylorForm signed = new TaylorForm(domain, shifted);
      if (domain.distance().low() >= 0) {
        return signed;
      }
      if (domain.distance().high() <= 0) {
        return signed.negate();
      }
      throw new NoEnclosureException("root of a height on both sides of its minimum");
    }
    int n = order();
    Interval[] root = zeros(n);
    Interval all = range().sqrt();
    root[0] = c[0].sqrt();
    for (int k = 1; k < n; k++) {
      Interval rest = c[k];
      for (int j = 1; j < k; j++) {
        rest = rest.minus(root[j].times(root[k - j]));
      }
      root[k] = rest.dividedBy(root[0].times(2));
    }
    // √a − s = (a − s²)/(√a + s), s the root's terms below dⁿ.
    Interval rest = c[n];
    for (int i = 1; i < n; i++) {
      for (int j = n - i; j < n; j++) {
        rest = rest.minus(root[i].times(root[j]).times(domain.power(i + j - n)));
      }
    }
    Interval known = new TaylorForm(domain, root).range();
    root[n] = rest.dividedBy(all.plus(known));
    return new TaylorForm(domain, root);
  }

  /** The exponential. */
  TaylorForm exp() {
    Interval[] h = new Interval[order() + 1];
    Interval factorial = Interval.ONE;
    Interval at = c[0].exp();
    for (int k = 0; k <= order(); k++) {
      factorial = k == 0 ? factorial : factorial.times(k);
      h[k] = (k < order() ? at : range().exp()).dividedBy(factorial);
    }
    return compose(h);
  }

  /**
   * A power with an exponent that does not depend on d.
   *
   * @throws NoEnclosureException if the function may be negative, or of an order above 0 may be 0
   */
  TaylorForm power(double exponent) {
    Interval[] h = new Interval[order() + 1];
    Interval binomial = Interval.ONE;
    for (int k = 0; k <= order(); k++) {
      Interval base = k < order() ? c[0] : range();
      h[k] = binomial.times(base.power(exponent - k));
      binomial =
          binomial.times(Interval.of(exponent).minus(Interval.of(k))).dividedBy(Interval.of(k + 1));
    }
    return compose(h);
  }

  /**
   * h∘F.
   *
   * @param h h's Taylor coefficients at c₀, and for the last order, n, what encloses it over the
   *     whole range: Lagrange's remainder
   */
  private TaylorForm compose(Interval[] h) {
    int n = order();
    if (n == 0) {
      return new TaylorForm(domain, h);
    }
    Interval[] without = c.clone();
    without[0] = Interval.ZERO;
    TaylorForm change = new TaylorForm(domain, without);
    TaylorForm value = like(h[n]);
    for (int k = n - 1; k >= 0; k--) {
      value = value.times(change).plus(h[k]);
    }
    return value;
  }

  /**
   * The antiderivative.
   *
   * @param start its value at the expansion point, of an order above 0
   */
  TaylorForm integral(Interval start) {
    int n = order();
    Interval[] integral = zeros(n);
    integral[0] = start;
    for (int k = 0; k <= n; k++) {
      add(integral, k + 1, c[k].dividedBy(Interval.of(k + 1)));
    }
    return new TaylorForm(domain, integral);
  }

  /** The same without its first two terms, which are known to be a number and 0. */
  TaylorForm fromSecondOrder() {
    Interval[] rest = c.clone();
    rest[0] = Interval.ZERO;
    rest[1] = Interval.ZERO;
    return new TaylorForm(domain, rest);
  }

  /** The same in doubles, with the error that this makes, of an order above 0. */
  DerivativeEnclosure.Polynomial polynomial(double expansionPoint) {
    return DerivativeEnclosure.polynomial(expansionPoint, c, domain);
  }
}
