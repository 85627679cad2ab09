//! Medians, and how far they can be trusted.

/// A figure and an interval around it, in its unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The lower end.
    pub low: f64,
    /// The figure, mostly a median.
    pub figure: f64,
    /// The upper end.
    pub high: f64,
}

/// The median of some figures with its order-statistic interval: it supposes nothing about how they are
/// distributed. None without figures.
pub fn estimate(figures: impl IntoIterator<Item = f64>) -> Option<Estimate> {
    let mut sorted: Vec<f64> = figures.into_iter().collect();
    sorted.sort_by(f64::total_cmp);
    let n = sorted.len();
    let cut = interval(n).cut;
    let at = |index: usize| sorted.get(index).copied();
    let median = (at(n.checked_sub(1)? / 2)? + at(n / 2)?) / 2.0;
    Some(Estimate { low: at(cut)?, figure: median, high: at(n - 1 - cut)? })
}

/// How often a bootstrap draws its sample anew.
const DRAWS: usize = 2000;

/// Any figure of a sample with the 95 % interval of its bootstrap: the figures of samples that were drawn, with
/// replacement, from this one. The same sample always gives the same interval.
pub fn bootstrap<T>(sample: &[T], figure: impl Fn(&[&T]) -> f64) -> Estimate {
    let mut random = fastrand::Rng::with_seed(0);
    let mut draw = |_| {
        let drawn: Vec<&T> = (0..sample.len()).filter_map(|_| random.choice(sample)).collect();
        figure(&drawn)
    };
    let draws: Vec<f64> = (0..DRAWS).map(&mut draw).collect();
    let low = quantile(draws.iter().copied(), 0.025);
    let high = quantile(draws, 0.975);
    Estimate { low, figure: figure(&sample.iter().collect::<Vec<_>>()), high }
}

/// The figure below which this share of them lies; between two figures, in proportion. Not a number without any.
pub fn quantile(figures: impl IntoIterator<Item = f64>, share: f64) -> f64 {
    let mut sorted: Vec<f64> = figures.into_iter().collect();
    sorted.sort_by(f64::total_cmp);
    let place = share * sorted.len().saturating_sub(1) as f64;
    let at = |place: f64| sorted.get(place as usize).copied().unwrap_or(f64::NAN);
    let (below, above) = (at(place.floor()), at(place.ceil()));
    below + (above - below) * place.fract()
}

/// The order-statistic interval of a median.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// How many figures are left out at either end.
    pub cut: usize,
    /// How probably the true median lies inside, 0 to 1.
    pub confidence: f64,
}

/// The narrowest interval for `n` figures that holds the true median with 95 % or more; with fewer than six, the
/// whole range and whatever confidence that gives.
///
/// The number of figures below the true median follows the binomial distribution with p = 1/2.
pub fn interval(n: usize) -> Interval {
    let mut best = None;
    let mut outside = 0.0; // probability that at most `cut` figures lie on one given side
    let mut exactly = 0.5_f64.powf(n as f64);
    for cut in 0..n.div_ceil(2) {
        outside += exactly;
        exactly *= (n - cut) as f64 / (cut + 1) as f64;
        let confidence = 1.0 - 2.0 * outside;
        if best.is_none() || confidence >= 0.95 {
            best = Some(Interval { cut, confidence: confidence.max(0.0) });
        }
    }
    best.unwrap_or(Interval { cut: 0, confidence: 0.0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From published tables of the sign test (for instance Conover, Practical Nonparametric Statistics).
    #[test]
    fn intervals_are_those_of_the_tables() {
        for (n, cut, confidence) in [(6, 0, 0.969), (9, 1, 0.961), (15, 3, 0.965), (20, 5, 0.959)] {
            let interval = interval(n);
            assert_eq!(interval.cut, cut, "{n}");
            assert!((interval.confidence - confidence).abs() < 0.001, "{n}: {interval:?}");
        }
    }

    #[test]
    fn few_figures_give_their_range_and_say_how_little_that_means() {
        assert_eq!(interval(3), Interval { cut: 0, confidence: 0.75 });
        assert_eq!(interval(1), Interval { cut: 0, confidence: 0.0 });
        assert_eq!(estimate([3.0, 1.0, 2.0]), Some(Estimate { low: 1.0, figure: 2.0, high: 3.0 }));
    }

    #[test]
    fn quantiles_lie_between_the_figures() {
        let figures = [4.0, 1.0, 3.0, 2.0, 5.0];
        assert_eq!(quantile(figures, 0.5), 3.0);
        assert_eq!(quantile(figures, 0.9), 4.6);
        assert_eq!(quantile(figures, 1.0), 5.0);
        assert!(quantile([], 0.5).is_nan());
    }

    /// The standard error of the mean of 0 to 99 is 2.887; 95 % lie within 1.96 of it.
    #[test]
    fn a_bootstrap_finds_the_interval_that_theory_knows() {
        let sample: Vec<f64> = (0..100).map(f64::from).collect();
        let mean = |figures: &[&f64]| figures.iter().copied().sum::<f64>() / figures.len() as f64;
        let estimate = bootstrap(&sample, mean);
        assert_eq!(estimate.figure, 49.5);
        assert!((estimate.low - (49.5 - 5.66)).abs() < 0.5, "{estimate:?}");
        assert!((estimate.high - (49.5 + 5.66)).abs() < 0.5, "{estimate:?}");
    }

    #[test]
    fn outliers_stay_outside() {
        let figures = [5.0, 900.0, 4.0, 6.0, 3.0, 7.0, 2.0, 8.0, 0.001];
        assert_eq!(estimate(figures), Some(Estimate { low: 2.0, figure: 5.0, high: 8.0 }));
        assert_eq!(estimate([1.0, 2.0, 3.0, 4.0]).map(|estimate| estimate.figure), Some(2.5));
        assert_eq!(estimate([]), None);
    }
}
