//! What every backend must do, as checks that its own tests run.
