//! API keys: made once, shown once, and known afterwards by nothing but their digest.
