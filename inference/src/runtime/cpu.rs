//! What this processor can do, as far as ONNX Runtime lays out a graph by it.

macro_rules! detected {
    ($detect:ident: $($feature:tt)*) => {
        [$(($feature, std::arch::$detect!($feature))),*]
    };
}

/// The architecture and the features present, such as `x86_64 avx2 fma avx512f`.
pub(super) fn features() -> String {
    #[cfg(target_arch = "x86_64")]
    let features = detected!(is_x86_feature_detected:
        "sse4.1" "avx" "avx2" "fma" "f16c" "avxvnni" "avx512f" "avx512bw" "avx512dq" "avx512vl" "avx512vnni" "avx512bf16");
    #[cfg(target_arch = "aarch64")]
    let features = detected!(is_aarch64_feature_detected: "neon" "dotprod" "fp16" "i8mm" "bf16" "sve");
    #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
    let features: [(&str, bool); 0] = [];
    let present = features.into_iter().filter_map(|(name, present)| present.then_some(name));
    [std::env::consts::ARCH].into_iter().chain(present).collect::<Vec<_>>().join(" ")
}
