//! Sums that stay within the range.

/// What a column of whole numbers adds up to, in both dialects: nothing where there is no row, and the end of the range
/// where it would not fit, which either database takes for an error. Its upper and lower halves are added up by
/// themselves, so that neither can run over.
macro_rules! total {
    ($of:literal) => {
        concat!(
            "CASE WHEN ", total!(@upper $of), " > 2147483647 THEN 9223372036854775807
                  WHEN ", total!(@upper $of), " < -2147483648 THEN -9223372036854775807
                  ELSE (", total!(@upper $of), " << 32) + (", total!(@half $of, "& 4294967295"), " & 4294967295) END"
        )
    };
    (@upper $of:literal) => {
        concat!("(", total!(@half $of, ">> 32"), " + (", total!(@half $of, "& 4294967295"), " >> 32))")
    };
    (@half $of:literal, $which:literal) => {
        concat!("CAST(coalesce(sum((", $of, ") ", $which, "), 0) AS BIGINT)")
    };
}
